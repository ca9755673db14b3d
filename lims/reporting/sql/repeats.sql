-- Tubes that were sent back for a repeat. With an aliquot pool go the single tubes in it: they count, it does not.
SELECT gone.key, date_trunc(CAST(:step AS text), gone.at AT TIME ZONE gone.lab_zone) AS slot, count(*) AS returned_tubes
FROM (
    SELECT own.key, own.lab_zone, returned.at
    FROM returned
    JOIN counted AS own ON own.barcode = returned.barcode
    WHERE returned.at >= :since AND returned.at < :until
    UNION ALL
    -- OFFSET 0: what was sent back by itself first, as it may lie on another server than what was in it. The array has the tubes found by
    -- their index, and not among all that were ever mixed.
    SELECT member.key, member.lab_zone, back.at
    FROM (SELECT barcode, at FROM returned WHERE at >= :since AND at < :until OFFSET 0) AS back
    JOIN counted AS member ON member.pool = back.barcode
    WHERE member.pool = ANY (ARRAY(SELECT barcode FROM returned WHERE at >= :since AND at < :until))
) AS gone
GROUP BY 1, 2
