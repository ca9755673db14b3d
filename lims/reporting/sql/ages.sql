-- How many tubes stood in a lab for how long: by bands of hours, and how many of each were over their time limit.
SELECT key, width_bucket(age, CAST(:edges AS double precision[])) AS band, count(*) AS tubes, count(*) FILTER (WHERE age > hours) AS late
FROM standing
GROUP BY 1, 2
ORDER BY 1, 2
