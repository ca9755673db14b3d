-- Pools and single tubes collected on some days, but for recollections, by area, week (its Monday) and how many people were in them:
-- how many were negative, how many positive, and how many nobody could decide.
SELECT site.area, CAST(date_trunc('week', pools.day) AS date) AS week, pools.size,
    CAST(sum(negative) AS integer) AS negative, CAST(sum(positive) AS integer) AS positive, CAST(sum(undecided) AS integer) AS undecided
FROM pools
JOIN site ON site.code = pools.site
WHERE pools.day BETWEEN :first AND :last AND NOT pools.again
    AND (CAST(:lab AS text) IS NULL OR pools.lab = :lab) AND (CAST(:site AS text) IS NULL OR pools.site = :site)
GROUP BY 1, 2, 3
