-- The tubes in which people stand so, and how many.
SELECT standing.barcode AS code, tube.site, tube.lab, COALESCE(tube.released_call, tube.bench_state, tube.field_state) AS state, count(*) AS number
FROM standing
LEFT JOIN tube ON tube.barcode = standing.barcode
WHERE standing = :reason AND (CAST(:lab AS text) IS NULL OR at_lab = :lab) AND standing.barcode > :after
GROUP BY 1, 2, 3, 4
ORDER BY 1
LIMIT :most
