-- How many people stand where.
SELECT standing, count(*) AS people FROM standing GROUP BY 1
