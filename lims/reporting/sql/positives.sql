-- People whose own single tube was released positive, each once a day: where the first such tube of the day belongs.
SELECT key, date_trunc(CAST(:step AS text), released_at AT TIME ZONE lab_zone) AS slot, count(*) AS people_positive
FROM first_positive
GROUP BY 1, 2
