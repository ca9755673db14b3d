-- What was collected for each screening round: recollections of a case are of people who are counted already.
SELECT key, round, count(*) AS tubes, sum(member_count) AS people
FROM counted
WHERE field_state = 'sealed' AND sealed_at >= :since AND sealed_at < :until AND retest_of IS NULL
    AND sealed_at AT TIME ZONE site_zone >= CAST(:first AS timestamp) AND sealed_at AT TIME ZONE site_zone < CAST(:beyond AS timestamp)
GROUP BY 1, 2
ORDER BY people DESC, round
