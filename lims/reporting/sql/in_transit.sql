-- Tubes on their way: from the slot in which they left the site until the one in which a lab received them.
, stay AS (
    SELECT key, site_zone AS zone, dispatched_at AS since,
        GREATEST(date_trunc(CAST(:step AS text), dispatched_at AT TIME ZONE site_zone), CAST(:first AS timestamp)) AS first,
        LEAST(date_trunc(CAST(:step AS text), received_at AT TIME ZONE site_zone), CAST(:beyond AS timestamp)) AS last
    FROM counted
    WHERE dispatched_at IS NOT NULL AND dispatched_at < :until AND (received_at IS NULL OR received_at >= :since)
)
SELECT key, zone, first, last, count(*) AS count, min(since) AS since
FROM stay
WHERE first < last
GROUP BY 1, 2, 3, 4
