-- On which day each lab's first pool with a result was collected.
SELECT lab.code AS lab, begun.day
FROM lab
CROSS JOIN LATERAL (
    SELECT collected_on AS day
    FROM tube
    WHERE tube.lab = lab.code AND tube.kind = 'swab_pool' AND tube.released_at IS NOT NULL AND tube.collected_on IS NOT NULL
    ORDER BY collected_on
    LIMIT 1
) AS begun
WHERE CAST(:lab AS text) IS NULL OR lab.code = :lab
