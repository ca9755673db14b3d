-- Minutes that each leg took the tubes released in these days: half, 90 % and 99 % of them took no longer. Tubes that answer a pool of
-- a case are a path of their own. A tube that was laid out again since it was tested does not tell when it was laid out first.
-- Each leg is a column first: so tubes are sorted once into their groups, and not once for every leg.
, timed AS (
    SELECT key, CASE WHEN retest_of IS NULL THEN 'direct' ELSE 'case' END AS path,
        CASE WHEN sealed_at >= opened_at THEN date_part('epoch', sealed_at - opened_at) / 60 END AS collecting,
        CASE WHEN dispatched_at >= sealed_at THEN date_part('epoch', dispatched_at - sealed_at) / 60 END AS at_site,
        CASE WHEN received_at >= dispatched_at THEN date_part('epoch', received_at - dispatched_at) / 60 END AS on_the_way,
        CASE WHEN plate.laid_at >= received_at THEN date_part('epoch', plate.laid_at - received_at) / 60 END AS waiting,
        CASE WHEN tested_at >= plate.laid_at THEN date_part('epoch', tested_at - plate.laid_at) / 60 END AS on_plate,
        CASE WHEN released_at >= tested_at THEN date_part('epoch', released_at - tested_at) / 60 END AS in_review,
        CASE WHEN released_at >= sealed_at THEN date_part('epoch', released_at - sealed_at) / 60 END AS whole
    FROM counted
    LEFT JOIN plate ON plate.barcode = counted.plate AND plate.laid_at <= counted.tested_at
    WHERE released_at >= :since AND released_at < :until
        AND released_at AT TIME ZONE lab_zone >= CAST(:first AS timestamp) AND released_at AT TIME ZONE lab_zone < CAST(:beyond AS timestamp)
), sorted AS (
    SELECT key COLLATE "C" AS key, path,
        count(collecting) AS collecting, percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY collecting) AS collecting_minutes,
        count(at_site) AS at_site, percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY at_site) AS at_site_minutes,
        count(on_the_way) AS on_the_way, percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY on_the_way) AS on_the_way_minutes,
        count(waiting) AS waiting, percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY waiting) AS waiting_minutes,
        count(on_plate) AS on_plate, percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY on_plate) AS on_plate_minutes,
        count(in_review) AS in_review, percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY in_review) AS in_review_minutes,
        count(whole) AS whole, percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY whole) AS whole_minutes
    FROM timed
    GROUP BY 1, 2
)
SELECT key, path, leg.name AS leg, leg.tubes, leg.minutes
FROM sorted
CROSS JOIN LATERAL (VALUES
    ('collecting', collecting, collecting_minutes),
    ('at_site', at_site, at_site_minutes),
    ('on_the_way', on_the_way, on_the_way_minutes),
    ('waiting', waiting, waiting_minutes),
    ('on_plate', on_plate, on_plate_minutes),
    ('in_review', in_review, in_review_minutes),
    ('whole', whole, whole_minutes)
) AS leg (name, tubes, minutes)
WHERE leg.tubes > 0
