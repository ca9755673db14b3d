-- Which labs a site's tubes went to, and how many minutes they took from sealing and from leaving until a lab had them.
SELECT site, lab, CAST(count(*) AS integer) AS tubes,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY EXTRACT(epoch FROM received_at - sealed_at) / 60.0) AS minutes_from_sealing,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY EXTRACT(epoch FROM received_at - dispatched_at) / 60.0) AS minutes_from_leaving
FROM tube
WHERE received_at >= :since AND received_at <= :now AND site IS NOT NULL AND sealed_at <= received_at
GROUP BY 1, 2
