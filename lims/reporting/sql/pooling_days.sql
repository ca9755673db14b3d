-- People with a final result, by lab and day of collection, and how many of them were positive, over some spells of days of labs.
-- From pooled testing: everybody in a negative pool, and who was tested singly after a pool that was not. Alone: by single tubes that
-- were not asked for by a pool.
SELECT spell.lab, spell.alone, pools.day,
    sum(size * (negative + CASE WHEN kind = 'single' THEN positive ELSE 0 END)) AS people,
    sum(size * CASE WHEN kind = 'single' THEN positive ELSE 0 END) AS positive
FROM unnest(CAST(:labs AS text[]), CAST(:alone AS boolean[]), CAST(:firsts AS date[]), CAST(:lasts AS date[])) AS spell (lab, alone, first, last)
JOIN pools ON pools.lab = spell.lab AND pools.day BETWEEN spell.first AND spell.last
WHERE CASE WHEN kind = 'swab_pool' THEN NOT spell.alone AND NOT again ELSE spell.alone <> again END
GROUP BY 1, 2, 3
HAVING sum(negative + CASE WHEN kind = 'single' THEN positive ELSE 0 END) > 0
ORDER BY 1, 2, 3
