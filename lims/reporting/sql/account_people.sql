-- How many people stand where, by lab.
SELECT standing, at_lab AS lab, count(*) AS people FROM standing GROUP BY 1, 2
