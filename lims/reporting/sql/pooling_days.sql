-- People with a final result, by lab and day of collection, and how many of them were positive, over some spells of days of labs.
-- From pooled testing: everybody in a negative pool, and who was tested singly after a pool that was not. Alone: by single tubes that
-- were not asked for by a pool.
SELECT tube.lab, spell.alone, tube.collected_on AS day, sum(tube.member_count) AS people,
    COALESCE(sum(tube.member_count) FILTER (WHERE tube.released_call = 'positive'), 0) AS positive
FROM unnest(CAST(:labs AS text[]), CAST(:alone AS boolean[]), CAST(:firsts AS date[]), CAST(:lasts AS date[])) AS spell (lab, alone, first, last)
JOIN tube ON tube.lab = spell.lab AND tube.collected_on BETWEEN spell.first AND spell.last
WHERE tube.released_at IS NOT NULL AND tube.released_call IN ('negative', 'positive')
    AND CASE
        WHEN tube.kind = 'swab_pool' THEN NOT spell.alone AND tube.retest_of IS NULL AND tube.released_call = 'negative'
        WHEN tube.kind = 'single' THEN spell.alone = (tube.retest_of IS NULL)
        ELSE false
    END
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
