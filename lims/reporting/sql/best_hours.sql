-- How many tubes each lab has tested in each hour of its own clock.
SELECT lab.code AS lab, date_trunc('hour', tube.tested_at AT TIME ZONE lab.timezone) AS hour, CAST(count(*) AS integer) AS tubes
FROM tube
JOIN lab ON lab.code = tube.lab
WHERE tube.tested_at >= :since AND tube.tested_at < :until AND tube.kind IS DISTINCT FROM 'aliquot_pool'
GROUP BY 1, 2
