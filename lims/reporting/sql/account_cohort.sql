-- The tubes that a day answers for: those collected on it, and those a lab received on it that nobody has registered yet. A tube is
-- the lab's that has it, or that it was sent to.
WITH cohort AS NOT MATERIALIZED (
    SELECT *, COALESCE(lab, dispatched_to, '') AS at_lab FROM tube
    WHERE collected_on = :day AND registered_at IS NOT NULL AND kind <> 'aliquot_pool' AND field_state <> 'void'
        AND (CAST(:site AS text) IS NULL OR site = :site)
    UNION ALL
    SELECT tube.*, COALESCE(tube.lab, '') AS at_lab FROM tube
    LEFT JOIN lab ON lab.code = tube.lab
    WHERE CAST(:site AS text) IS NULL AND tube.registered_at IS NULL AND tube.received_at >= :since AND tube.received_at < :until
        AND CAST(tube.received_at AT TIME ZONE COALESCE(lab.timezone, :zone) AS date) = :day
)
