-- Tubes that were sent back for a repeat. With an aliquot pool go the single tubes in it: they count, it does not.
SELECT counted.key, date_trunc(CAST(:step AS text), returned.at AT TIME ZONE counted.lab_zone) AS slot, count(*) AS returned_tubes
FROM returned
CROSS JOIN LATERAL (
    SELECT own.key, own.lab_zone FROM counted AS own WHERE own.barcode = returned.barcode
    UNION ALL
    SELECT member.key, member.lab_zone FROM counted AS member WHERE member.pool = returned.barcode
) AS counted
WHERE returned.at >= :since AND returned.at < :until
GROUP BY 1, 2
