-- The tubes that have to do with some days: passed a stage in them, stood in a lab or were on their way.
INSERT INTO gathered
SELECT barcode, kind, pool_size, member_count, retest_of, round, site, lab, plate, field_state, bench_state, opened_at, sealed_at,
    dispatched_at, received_at, tested_at, released_at, released_call, rejected_at, rejected_for,
    lab_zone, site_zone, lab_key, area_key,
    concat(site_key, CAST(:between AS text), lab_key), concat(area_key, CAST(:between AS text), lab_key)
FROM counted
WHERE (sealed_at >= :since AND sealed_at < :until)
    OR (dispatched_at >= :since AND dispatched_at < :until)
    OR (received_at >= :since AND received_at < :until)
    OR (tested_at >= :since AND tested_at < :until)
    OR (released_at >= :since AND released_at < :until)
    OR (rejected_at >= :since AND rejected_at < :until)
    OR (received_at < :until AND (bench_state IN ('waiting', 'pooled', 'plated', 'called') OR released_at >= :since OR rejected_at >= :since))
    OR (dispatched_at < :until AND (received_at IS NULL OR received_at >= :since))
