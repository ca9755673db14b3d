-- Pools and single tubes with a result of some days of collection, counted by where they are from, whether they were asked for by a pool,
-- and how many people are in them: how many were negative, positive, and how many nobody could decide.
-- One statement, so that what is counted and which transactions it saw are of the same moment.
WITH counted AS (
    INSERT INTO kept_pool_day (day, seen) VALUES (:day, CAST(pg_current_snapshot() AS text))
)
INSERT INTO kept_pool (day, site, lab, kind, again, size, negative, positive, undecided)
SELECT collected_on, COALESCE(site, ''), COALESCE(lab, ''), kind, retest_of IS NOT NULL, member_count,
    count(*) FILTER (WHERE released_call = 'negative'),
    count(*) FILTER (WHERE released_call = 'positive'),
    count(*) FILTER (WHERE released_call NOT IN ('negative', 'positive'))
FROM tube
WHERE collected_on = :day AND released_at IS NOT NULL AND member_count > 0 AND kind IN ('swab_pool', 'single')
GROUP BY 1, 2, 3, 4, 5, 6
