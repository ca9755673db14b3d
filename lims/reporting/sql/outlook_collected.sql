-- What each site collected in each local hour.
SELECT CAST(local AS date) AS day, site, CAST(extract(hour FROM local) AS integer) AS hour, CAST(count(*) AS integer) AS tubes
FROM (
    SELECT site, sealed_at AT TIME ZONE site_zone AS local FROM counted
    WHERE field_state = 'sealed' AND site IS NOT NULL AND sealed_at >= :since AND sealed_at < :until
) AS sealed
WHERE local >= :first AND local < :beyond
GROUP BY 1, 2, 3
