-- People in state `verifying`: from the release of their pool, which is not negative, until the release of a single tube of
-- theirs that answers it (or answers such an answer), whatever that says. As in the view `person_result`, but at any time.
, reactive AS (
    SELECT * FROM counted WHERE kind = 'swab_pool' AND released_call <> 'negative' AND released_at < :until
), chain AS (
    SELECT reactive.barcode AS root, tube.barcode
    FROM reactive
    JOIN tube ON tube.retest_of = reactive.barcode
    WHERE tube.kind = 'single'
    UNION
    SELECT chain.root, tube.barcode
    FROM chain
    JOIN tube ON tube.retest_of = chain.barcode
    WHERE tube.kind = 'single'
), answer AS (
    SELECT chain.root, member.person_id, min(tube.released_at) AS released_at
    FROM chain
    JOIN tube ON tube.barcode = chain.barcode
    JOIN tube_member AS member ON member.barcode = tube.barcode AND member.day = tube.collected_on
    WHERE tube.released_at IS NOT NULL AND tube.registered_at IS NOT NULL AND tube.field_state <> 'void'
    GROUP BY 1, 2
), stay AS (
    SELECT reactive.key, reactive.lab_zone AS zone, reactive.released_at AS since,
        GREATEST(date_trunc(CAST(:step AS text), reactive.released_at AT TIME ZONE reactive.lab_zone), CAST(:first AS timestamp)) AS first,
        LEAST(date_trunc(CAST(:step AS text), answer.released_at AT TIME ZONE reactive.lab_zone), CAST(:beyond AS timestamp)) AS last
    FROM reactive
    JOIN tube_member AS member ON member.barcode = reactive.barcode AND member.day = reactive.collected_on
    LEFT JOIN answer ON answer.root = reactive.barcode AND answer.person_id = member.person_id
    WHERE reactive.field_state <> 'void' AND (answer.released_at IS NULL OR answer.released_at >= :since)
    UNION ALL
    -- Of an aliquot pool that is not negative: until the member's own tube is released, or turned away.
    SELECT own.key, own.lab_zone, mixed.released_at,
        GREATEST(date_trunc(CAST(:step AS text), mixed.released_at AT TIME ZONE own.lab_zone), CAST(:first AS timestamp)),
        LEAST(date_trunc(CAST(:step AS text), COALESCE(own.released_at, own.rejected_at) AT TIME ZONE own.lab_zone), CAST(:beyond AS timestamp))
    FROM tube AS mixed
    JOIN counted AS own ON own.pool = mixed.barcode
    JOIN tube_member AS member ON member.barcode = own.barcode AND member.day = own.collected_on
    WHERE mixed.kind = 'aliquot_pool' AND mixed.released_call <> 'negative' AND mixed.released_at < :until
        AND own.field_state <> 'void' AND COALESCE(own.released_at, own.rejected_at, :until) >= :since
)
SELECT key, zone, first, last, count(*) AS count, min(since) AS since
FROM stay
WHERE first < last
GROUP BY 1, 2, 3, 4
