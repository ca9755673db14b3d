-- Where each tube of a day stands; those whose records contradict each other, and those that stand nowhere, are unexplained.
, judged AS (
    SELECT *,
        CASE
            WHEN barcode IN (SELECT unnest(CAST(:wrong AS text[]))) THEN 'unexplained'
            WHEN bench_state IN ('released', 'rejected', 'waiting', 'pooled') THEN bench_state
            WHEN bench_state = 'plated' THEN 'on_plate'
            WHEN bench_state = 'called' THEN 'in_review'
            WHEN field_state = 'open' THEN 'not_sealed'
            WHEN field_state = 'sealed' THEN 'not_received'
            ELSE 'unexplained'
        END AS standing
    FROM cohort
)
