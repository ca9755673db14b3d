-- The most tubes that each lab has tested within 24 hours, by whole hours, and when those hours ended.
WITH hourly AS (
    SELECT lab, date_trunc('hour', tested_at) AS hour, count(*) AS tubes
    FROM tube
    WHERE tested_at >= :since AND lab IS NOT NULL AND kind IS DISTINCT FROM 'aliquot_pool'
    GROUP BY 1, 2
), rolling AS (
    SELECT lab, hour, sum(tubes) OVER (PARTITION BY lab ORDER BY hour RANGE BETWEEN INTERVAL '23 hours' PRECEDING AND CURRENT ROW) AS tubes
    FROM hourly
)
SELECT DISTINCT ON (lab) lab, CAST(tubes AS integer) AS tubes, hour + INTERVAL '1 hour' AS until FROM rolling ORDER BY lab, tubes DESC, hour
