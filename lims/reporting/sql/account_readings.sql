-- Runs imported on a day, and readings that are stored of them. What an aliquot pool lent its members is a copy and not counted.
WITH imported AS (
    SELECT run.id, run.plate, run.readings
    FROM run
    JOIN plate ON plate.barcode = run.plate
    LEFT JOIN lab ON lab.code = plate.lab
    WHERE run.imported_at >= :since AND run.imported_at < :until
        AND CAST(run.imported_at AT TIME ZONE COALESCE(lab.timezone, :zone) AS date) = :day
), stored AS (
    SELECT reading.run, count(*) AS readings
    FROM reading
    WHERE reading.day BETWEEN CAST(:since AT TIME ZONE 'UTC' AS date) AND CAST(:until AT TIME ZONE 'UTC' AS date)
        AND NOT EXISTS (
            SELECT FROM call WHERE call.barcode = reading.barcode AND call.run = reading.run AND call.pooled_in IS NOT NULL
        )
    GROUP BY reading.run
)
SELECT imported.plate, imported.readings AS expected, COALESCE(stored.readings, 0) AS stored
FROM imported
LEFT JOIN stored ON stored.run = imported.id
UNION ALL
-- Readings of no run at all: of the day of storing, which is a day in UTC.
SELECT 'run ' || stored.run, 0, stored.readings
FROM stored
WHERE NOT EXISTS (SELECT FROM run WHERE run.id = stored.run)
ORDER BY 1
