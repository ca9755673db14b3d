-- The tubes that a day answers for: those collected on it, and those a lab received on it that nobody has registered yet.
WITH cohort AS (
    SELECT * FROM tube
    WHERE collected_on = :day AND registered_at IS NOT NULL AND kind <> 'aliquot_pool' AND field_state <> 'void'
    UNION ALL
    SELECT tube.* FROM tube
    LEFT JOIN lab ON lab.code = tube.lab
    WHERE tube.registered_at IS NULL AND tube.received_at >= :since AND tube.received_at < :until
        AND CAST(tube.received_at AT TIME ZONE COALESCE(lab.timezone, :zone) AS date) = :day
)
