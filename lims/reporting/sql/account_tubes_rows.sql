-- The tubes that stand so.
SELECT barcode AS code, site, lab, COALESCE(released_call, bench_state, field_state) AS state, 1 AS number
FROM judged
WHERE standing = :reason AND (CAST(:lab AS text) IS NULL OR at_lab = :lab) AND barcode > :after
ORDER BY barcode
LIMIT :most
