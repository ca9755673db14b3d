-- The tubes behind a figure after a given one, in the order in which they came to count. Only what puts them in order is
-- carried along until it is known which are shown: a day's tubes as a whole would be sorted on disk.
, page AS (
    SELECT * FROM behind WHERE (at, barcode) > (:page_since, CAST(:after AS text)) ORDER BY at, barcode LIMIT :most
)
SELECT barcode, kind, page.people, pool_size, site, lab, dispatched_to, sealed_at, dispatched_at, received_at, tested_at, released_at,
    released_call, rejected_at, rejected_for, bench_state, field_state, page.at, page.all_tubes, page.all_people
FROM page
JOIN tube USING (barcode)
ORDER BY page.at, barcode
