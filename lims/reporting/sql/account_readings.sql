-- Runs of a day (when they were read out, by their lab's clock), and readings that are stored of them.
-- What an aliquot pool lent its members is a copy and not counted.
WITH imported AS (
    SELECT run.id, run.plate, plate.lab, run.readings, CAST(run.imported_at AT TIME ZONE 'UTC' AS date) AS stored_on
    FROM run
    JOIN plate ON plate.barcode = run.plate
    LEFT JOIN lab ON lab.code = plate.lab
    WHERE run.at >= :since AND run.at < :until
        AND CAST(run.at AT TIME ZONE COALESCE(lab.timezone, :zone) AS date) = :day
), stored AS (
    SELECT reading.run, count(*) AS readings
    FROM reading
    -- The bounds once more by value: so that pieces of other days are not read.
    WHERE reading.day IN (SELECT stored_on FROM imported)
        AND reading.day >= (SELECT min(stored_on) FROM imported) AND reading.day <= (SELECT max(stored_on) FROM imported)
        AND NOT EXISTS (
            SELECT FROM call WHERE call.barcode = reading.barcode AND call.run = reading.run AND call.pooled_in IS NOT NULL
        )
    GROUP BY reading.run
)
SELECT imported.plate, imported.lab, imported.readings AS expected, COALESCE(stored.readings, 0) AS stored
FROM imported
LEFT JOIN stored ON stored.run = imported.id
UNION ALL
-- Readings of no run at all, beside those of the day's runs.
SELECT 'run ' || stored.run, '', 0, stored.readings
FROM stored
WHERE NOT EXISTS (SELECT FROM run WHERE run.id = stored.run)
ORDER BY 1
