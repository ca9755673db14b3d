-- How many pools there were of each size: of some days as they were counted, of all others one by one.
SELECT people, CAST(sum(pools) AS bigint) AS pools, CAST(sum(reactive) AS bigint) AS reactive, CAST(sum(invalid) AS bigint) AS invalid,
    CAST(sum(pool_tests) AS bigint) AS pool_tests, CAST(sum(single_tests) AS bigint) AS single_tests
FROM (
    SELECT people, count(*) AS pools, count(*) FILTER (WHERE released_call IN ('positive', 'inconclusive')) AS reactive,
        count(*) FILTER (WHERE released_call = 'invalid') AS invalid, sum(pool_tests) AS pool_tests, sum(single_tests) AS single_tests
    FROM counted
    GROUP BY people
    UNION ALL
    SELECT people, pools, reactive, invalid, pool_tests, single_tests
    FROM kept_tests
    WHERE day = ANY (CAST(:kept AS date[]))
        AND (CAST(:lab AS text) IS NULL OR lab = :lab) AND (CAST(:sites AS text[]) IS NULL OR site = ANY (:sites))
) AS every
GROUP BY people
ORDER BY people
