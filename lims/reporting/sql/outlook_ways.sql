-- Which labs a site's tubes came to on each day, and how many minutes they took from sealing and from leaving until a lab had them.
SELECT CAST(local AS date) AS day, site, lab, CAST(count(*) AS integer) AS tubes,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY EXTRACT(epoch FROM received_at - sealed_at) / 60.0) AS minutes_from_sealing,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY EXTRACT(epoch FROM received_at - dispatched_at) / 60.0) AS minutes_from_leaving
FROM (
    SELECT site, lab, sealed_at, dispatched_at, received_at, received_at AT TIME ZONE lab_zone AS local FROM counted
    WHERE received_at >= :since AND received_at < :until AND site IS NOT NULL AND sealed_at <= received_at
) AS received
WHERE local >= :first AND local < :beyond
GROUP BY 1, 2, 3
