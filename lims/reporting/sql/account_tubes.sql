-- How many tubes stand where, by lab.
SELECT standing, at_lab AS lab, count(*) AS tubes,
    count(*) FILTER (WHERE registered_at IS NOT NULL) AS registered, count(*) FILTER (WHERE received_at IS NOT NULL) AS received
FROM judged
GROUP BY 1, 2
