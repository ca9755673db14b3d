-- Tubes that came to no result, by site and reason: turned away at the lab, or released as invalid.
SELECT key, site, reason, count(*) AS tubes, sum(member_count) AS people
FROM (
    SELECT key, site, COALESCE(rejected_for, '') AS reason, member_count, rejected_at AS at, lab_zone FROM counted
    WHERE rejected_at >= :since AND rejected_at < :until
    UNION ALL
    SELECT key, site, 'invalid', member_count, released_at, lab_zone FROM counted
    WHERE released_call <> 'negative' AND released_call = 'invalid' AND released_at >= :since AND released_at < :until
) AS refused
WHERE at AT TIME ZONE lab_zone >= CAST(:first AS timestamp) AND at AT TIME ZONE lab_zone < CAST(:beyond AS timestamp)
GROUP BY 1, 2, 3
ORDER BY tubes DESC, site, reason
