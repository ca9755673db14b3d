-- How many swab pools were released, how many of them were not negative, and how many people were in them.
SELECT CAST(count(*) AS integer) AS pools, CAST(count(*) FILTER (WHERE released_call <> 'negative') AS integer) AS positive,
    CAST(COALESCE(sum(member_count), 0) AS integer) AS people
FROM tube
WHERE released_at >= :since AND released_at <= :now AND kind = 'swab_pool'
