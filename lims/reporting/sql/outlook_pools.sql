-- How many swab pools were released on each day, how many of them were not negative, and how many people were in them.
SELECT CAST(local AS date) AS day, CAST(count(*) AS integer) AS seen,
    CAST(count(*) FILTER (WHERE released_call <> 'negative') AS integer) AS positive, CAST(sum(member_count) AS integer) AS people
FROM (
    SELECT released_call, member_count, released_at AT TIME ZONE lab_zone AS local FROM counted
    WHERE released_at >= :since AND released_at < :until AND kind = 'swab_pool'
) AS released
WHERE local >= :first AND local < :beyond
GROUP BY 1
