-- The tubes behind a figure, in the order in which they came to count; what tells which stands between.
SELECT barcode, kind, member_count, pool_size, site, lab, dispatched_to, sealed_at, dispatched_at, received_at, tested_at, released_at,
    released_call, rejected_at, rejected_for, bench_state, field_state, at,
    count(*) OVER () AS tubes, sum(member_count) OVER () AS people
FROM behind
ORDER BY at, barcode
LIMIT :most OFFSET :passed
