-- Where the people of a day stand, by the rule that everybody's result is read by.
, standing AS (
    SELECT barcode, COALESCE(lab, dispatched_to, '') AS at_lab,
        CASE
            WHEN state IN ('negative', 'positive') THEN 'with_result'
            WHEN state IN ('verifying', 'recollect', 'inconclusive') THEN state
            WHEN state = 'pending' AND bench_state IS NULL AND field_state = 'open' THEN 'not_sealed'
            WHEN state = 'pending' AND bench_state IS NULL THEN 'not_received'
            WHEN state = 'pending' AND bench_state = 'plated' THEN 'on_plate'
            WHEN state = 'pending' AND bench_state = 'called' THEN 'in_review'
            WHEN state = 'pending' AND bench_state IN ('waiting', 'pooled') THEN bench_state
            ELSE 'unexplained'
        END AS standing
    FROM person_result
)
