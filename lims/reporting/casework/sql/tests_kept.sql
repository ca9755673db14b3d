-- How many pools there were of each lab, site and size on one day.
INSERT INTO kept_tests (day, lab, site, people, pools, reactive, invalid, pool_tests, single_tests)
SELECT :first, lab, COALESCE(site, ''), people, count(*), count(*) FILTER (WHERE released_call IN ('positive', 'inconclusive')),
    count(*) FILTER (WHERE released_call = 'invalid'), sum(pool_tests), sum(single_tests)
FROM counted
GROUP BY lab, COALESCE(site, ''), people
