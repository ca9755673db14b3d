-- Positive pools of people of which every member has been tested singly since: how many pools of how many people had how many positive.
WITH pool AS MATERIALIZED (
    SELECT tube.barcode, site.area, tube.member_count AS size
    FROM tube
    JOIN site ON site.code = tube.site
    WHERE tube.collected_on BETWEEN :first AND :last AND tube.released_at IS NOT NULL
        AND tube.released_call <> 'negative' AND tube.released_call = 'positive'
        AND tube.kind = 'swab_pool' AND tube.retest_of IS NULL
        AND (CAST(:lab AS text) IS NULL OR tube.lab = :lab) AND (CAST(:site AS text) IS NULL OR tube.site = :site)
), answered AS (
    SELECT single.retest_of AS pool, count(DISTINCT member.person_id) AS people,
        count(DISTINCT member.person_id) FILTER (WHERE single.released_call = 'positive') AS positive
    FROM tube AS single
    JOIN tube_member AS member ON member.barcode = single.barcode AND member.day = single.collected_on
    -- An array, and no join: what answers these is found by an index, however many tubes ever answered one.
    WHERE single.retest_of = ANY (ARRAY(SELECT barcode FROM pool)) AND single.released_call IN ('negative', 'positive')
    GROUP BY single.retest_of
)
SELECT pool.area, pool.size, COALESCE(answered.positive, 0) AS positive, count(*) AS pools
FROM pool
LEFT JOIN answered ON answered.pool = pool.barcode
WHERE COALESCE(answered.people, 0) >= pool.size
GROUP BY 1, 2, 3
