-- Positive pools of people of which every member has been tested singly since: how many pools of how many people had how many positive.
SELECT area, size, positive, count(*) AS pools
FROM (
    SELECT site.area, tube.member_count AS size, answered.positive
    FROM tube
    JOIN site ON site.code = tube.site
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT member.person_id) AS people,
            count(DISTINCT member.person_id) FILTER (WHERE single.released_call = 'positive') AS positive
        FROM tube AS single
        JOIN tube_member AS member ON member.barcode = single.barcode AND member.day = single.collected_on
        WHERE single.retest_of = tube.barcode AND single.released_call IN ('negative', 'positive')
    ) AS answered
    WHERE tube.collected_on BETWEEN :first AND :last AND tube.released_at IS NOT NULL
        AND tube.released_call <> 'negative' AND tube.released_call = 'positive'
        AND tube.kind = 'swab_pool' AND tube.retest_of IS NULL AND answered.people >= tube.member_count
        AND (CAST(:lab AS text) IS NULL OR tube.lab = :lab) AND (CAST(:site AS text) IS NULL OR tube.site = :site)
) AS resolved
GROUP BY 1, 2, 3
