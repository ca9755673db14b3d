-- People sampled for each screening round, by local day and site: those of a tube once for each tube, as everywhere. Recollections are of
-- people who are counted already.
SELECT CAST(sealed_at AT TIME ZONE site_zone AS date) AS day, COALESCE(round, '') AS round, COALESCE(site, '') AS site,
    CAST(count(*) AS integer) AS tubes, CAST(sum(member_count) AS integer) AS people
FROM counted
WHERE field_state = 'sealed' AND sealed_at >= :since AND sealed_at < :until AND retest_of IS NULL
    AND sealed_at AT TIME ZONE site_zone >= CAST(:first AS timestamp) AND sealed_at AT TIME ZONE site_zone < CAST(:beyond AS timestamp)
GROUP BY 1, 2, 3
