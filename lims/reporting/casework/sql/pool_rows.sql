-- Every pool, by its code.
SELECT * FROM counted ORDER BY barcode
