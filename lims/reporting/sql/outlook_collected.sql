-- What each site collected in each local hour of each of the last days.
SELECT tube.site, CAST(sealed_at AT TIME ZONE site.timezone AS date) AS day,
    CAST(EXTRACT(hour FROM sealed_at AT TIME ZONE site.timezone) AS integer) AS hour, CAST(count(*) AS integer) AS tubes
FROM tube JOIN site ON site.code = tube.site
WHERE field_state = 'sealed' AND sealed_at >= :since AND sealed_at < :until
GROUP BY 1, 2, 3
