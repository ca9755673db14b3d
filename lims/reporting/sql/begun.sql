-- The tubes that were under way when the days began (where their lab is), by the stage that they had reached then.
SELECT key,
    count(*) AS dispatched, count(*) FILTER (WHERE received_at < start) AS received, count(*) FILTER (WHERE tested_at < start) AS tested
FROM (
    SELECT *, CAST(:first AS timestamp) AT TIME ZONE lab_zone AS start FROM counted
    WHERE (bench_state IN ('waiting', 'pooled', 'plated', 'called') OR released_at >= :since OR rejected_at >= :since
            OR (dispatched_at IS NOT NULL AND received_at IS NULL))
) AS under_way
WHERE LEAST(dispatched_at, received_at) < start AND COALESCE(released_at, rejected_at, 'infinity') >= start
GROUP BY 1
