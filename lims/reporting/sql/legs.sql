-- Minutes that each leg took the tubes released in these days: half, 90 % and 99 % of them took no longer. Tubes that answer a pool of
-- a case are a path of their own. A tube that was laid out again since it was tested does not tell when it was laid out first.
SELECT key, CASE WHEN retest_of IS NULL THEN 'direct' ELSE 'case' END AS path, leg.name AS leg, count(*) AS tubes,
    percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY CAST(extract(epoch FROM leg.ended - leg.began) / 60 AS double precision)) AS minutes
FROM counted
LEFT JOIN plate ON plate.barcode = counted.plate AND plate.laid_at <= counted.tested_at
CROSS JOIN LATERAL (VALUES
    ('collecting', opened_at, sealed_at),
    ('at_site', sealed_at, dispatched_at),
    ('on_the_way', dispatched_at, received_at),
    ('waiting', received_at, plate.laid_at),
    ('on_plate', plate.laid_at, tested_at),
    ('in_review', tested_at, released_at),
    ('whole', sealed_at, released_at)
) AS leg (name, began, ended)
WHERE released_at >= :since AND released_at < :until AND leg.ended >= leg.began
    AND released_at AT TIME ZONE lab_zone >= CAST(:first AS timestamp) AND released_at AT TIME ZONE lab_zone < CAST(:beyond AS timestamp)
GROUP BY 1, 2, 3
