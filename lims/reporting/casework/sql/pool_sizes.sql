-- How many pools there were of each size.
SELECT people, count(*) AS pools, count(*) FILTER (WHERE released_call IN ('positive', 'inconclusive')) AS reactive,
    count(*) FILTER (WHERE released_call = 'invalid') AS invalid,
    CAST(sum(pool_tests) AS bigint) AS pool_tests, CAST(sum(single_tests) AS bigint) AS single_tests
FROM counted
GROUP BY people
ORDER BY people
