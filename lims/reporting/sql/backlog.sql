-- Tubes that stay in a lab: from the slot in which they were received until the one in which they were released or rejected.
-- A tube counts at the end of each slot from `first` on and before `last`; LEAST passes over nulls, so who is still here stays to the end.
, stay AS (
    SELECT key, lab_zone AS zone, received_at AS since,
        GREATEST(date_trunc(CAST(:step AS text), received_at AT TIME ZONE lab_zone), CAST(:first AS timestamp)) AS first,
        LEAST(date_trunc(CAST(:step AS text), COALESCE(released_at, rejected_at) AT TIME ZONE lab_zone), CAST(:beyond AS timestamp)) AS last
    FROM counted
    WHERE received_at < :until
        AND (bench_state IN ('waiting', 'pooled', 'plated', 'called') OR released_at >= :since OR rejected_at >= :since)
)
SELECT key, zone, first, last, count(*) AS count, min(since) AS since
FROM stay
WHERE first < last
GROUP BY 1, 2, 3, 4
