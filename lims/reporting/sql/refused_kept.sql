-- The same of days that are kept, of everything (empty) or of one place.
SELECT refused ->> 'site' AS site, refused ->> 'reason' AS reason,
    CAST(sum(CAST(refused ->> 'tubes' AS integer)) AS integer) AS tubes,
    CAST(sum(CAST(CAST(refused ->> 'people' AS numeric) AS integer)) AS integer) AS people
FROM kept_day
CROSS JOIN LATERAL jsonb_array_elements(panels #> ARRAY[CAST(:place AS text), 'refused']) AS refused
WHERE day = ANY (CAST(:days AS date[]))
GROUP BY 1, 2
