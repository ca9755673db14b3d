-- Pools and single tubes collected on some days, but for recollections, by area, week (its Monday) and how many people were in them:
-- how many were negative, how many positive, and how many nobody could decide.
SELECT site.area, CAST(date_trunc('week', tube.collected_on) AS date) AS week, tube.member_count AS size,
    count(*) FILTER (WHERE tube.released_call = 'negative') AS negative,
    count(*) FILTER (WHERE tube.released_call = 'positive') AS positive,
    count(*) FILTER (WHERE tube.released_call NOT IN ('negative', 'positive')) AS undecided
FROM tube
JOIN site ON site.code = tube.site
WHERE tube.collected_on BETWEEN :first AND :last AND tube.released_at IS NOT NULL AND tube.member_count > 0
    AND tube.kind IN ('swab_pool', 'single') AND tube.retest_of IS NULL
    AND (CAST(:lab AS text) IS NULL OR tube.lab = :lab) AND (CAST(:site AS text) IS NULL OR tube.site = :site)
GROUP BY 1, 2, 3
