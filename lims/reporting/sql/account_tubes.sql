-- Where the tubes of a day stand; those whose records contradict each other stand nowhere.
, sound AS (
    SELECT *, barcode <> ALL (CAST(:wrong AS text[])) AS sound FROM cohort
)
SELECT
    count(*) FILTER (WHERE registered_at IS NOT NULL) AS registered,
    count(*) FILTER (WHERE registered_at IS NULL) AS unregistered,
    count(*) FILTER (WHERE received_at IS NOT NULL) AS received,
    count(*) FILTER (WHERE sound AND bench_state = 'released') AS released,
    count(*) FILTER (WHERE sound AND bench_state = 'rejected') AS rejected,
    count(*) FILTER (WHERE sound AND bench_state IS NULL AND field_state = 'open') AS not_sealed,
    count(*) FILTER (WHERE sound AND bench_state IS NULL AND field_state = 'sealed') AS not_received,
    count(*) FILTER (WHERE sound AND bench_state = 'waiting') AS waiting,
    count(*) FILTER (WHERE sound AND bench_state = 'pooled') AS pooled,
    count(*) FILTER (WHERE sound AND bench_state = 'plated') AS on_plate,
    count(*) FILTER (WHERE sound AND bench_state = 'called') AS in_review
FROM sound
