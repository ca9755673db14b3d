-- The tubes behind a figure, in the order in which they came to count; what tells which stands between. Only what puts them in order is
-- carried along until it is known which are shown: a day's tubes as a whole would be sorted on disk.
, page AS (
    SELECT barcode, at FROM behind ORDER BY at, barcode LIMIT :most OFFSET :passed
), whole AS (
    SELECT count(*) AS tubes, sum(member_count) AS people FROM behind
)
SELECT barcode, kind, member_count, pool_size, site, lab, dispatched_to, sealed_at, dispatched_at, received_at, tested_at, released_at,
    released_call, rejected_at, rejected_for, bench_state, field_state, page.at, whole.tubes, whole.people
FROM page
JOIN tube USING (barcode)
CROSS JOIN whole
ORDER BY page.at, barcode
