-- The tubes that stood in a lab the longest.
SELECT key, barcode, site, lab, received_at, age * 60 AS age_minutes, age > hours AS late
FROM (SELECT *, row_number() OVER (PARTITION BY key ORDER BY received_at, barcode) AS place FROM standing) AS ranked
WHERE place <= 5
ORDER BY key, place
