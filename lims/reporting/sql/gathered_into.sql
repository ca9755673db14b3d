-- Where the tubes of a day are laid out to be counted in many ways: narrow, in memory where there is room, gone with the transaction.
CREATE TEMPORARY TABLE gathered ON COMMIT DROP AS
SELECT barcode, kind, pool_size, member_count, retest_of, round, site, lab, plate, field_state, bench_state, opened_at, sealed_at,
    dispatched_at, received_at, tested_at, released_at, released_call, rejected_at, rejected_for,
    site AS lab_zone, site AS site_zone, site AS lab_key, site AS area_key, site AS site_lab, site AS area_lab
FROM tube
WHERE false
