-- People in state `verifying`, a row for each: from the release of their pool, which is not negative, until the release of a single
-- tube of theirs that answers it (or answers such an answer), whatever that says. As `person_result.sql` tells it, but at any time.
-- `unanswered`: the only tubes whose people may have been without a result since `since`; null where nobody knows. Pools are not negative
-- by the thousand in a year, and of nearly all of them everybody has had a result long ago.
, reactive AS MATERIALIZED (
    SELECT * FROM counted
    WHERE kind = 'swab_pool' AND released_call <> 'negative' AND released_at < :until
        AND (CAST(:unanswered AS text[]) IS NULL OR barcode = ANY (CAST(:unanswered AS text[])))
), chain AS MATERIALIZED (
    SELECT code AS root, answer AS barcode FROM tubes_answering(ARRAY(SELECT barcode FROM reactive))
), answer AS (
    SELECT chain.root, member.person_id, min(tube.released_at) AS released_at
    FROM chain
    JOIN tube ON tube.barcode = chain.barcode
    JOIN tube_member AS member ON member.barcode = tube.barcode AND member.day = tube.collected_on
    WHERE tube.released_at IS NOT NULL AND tube.registered_at IS NOT NULL AND tube.field_state <> 'void'
    GROUP BY 1, 2
), mixed AS MATERIALIZED (
    SELECT barcode, released_at FROM tube
    WHERE kind = 'aliquot_pool' AND released_call <> 'negative' AND released_at < :until
        AND (CAST(:unanswered AS text[]) IS NULL OR barcode = ANY (CAST(:unanswered AS text[])))
), stay AS (
    SELECT reactive.barcode, reactive.key, reactive.lab_zone, reactive.lab_key, reactive.site_key, reactive.area_key,
        reactive.released_at AS since, answer.released_at AS until
    FROM reactive
    JOIN tube_member AS member ON member.barcode = reactive.barcode AND member.day = reactive.collected_on
    LEFT JOIN answer ON answer.root = reactive.barcode AND answer.person_id = member.person_id
    WHERE reactive.field_state <> 'void' AND (answer.released_at IS NULL OR answer.released_at >= :since)
    UNION ALL
    -- Of an aliquot pool that is not negative: until the member's own tube is released, or turned away.
    SELECT own.barcode, own.key, own.lab_zone, own.lab_key, own.site_key, own.area_key,
        mixed.released_at, COALESCE(own.released_at, own.rejected_at)
    FROM mixed
    JOIN counted AS own ON own.pool = mixed.barcode
    JOIN tube_member AS member ON member.barcode = own.barcode AND member.day = own.collected_on
    WHERE own.field_state <> 'void' AND COALESCE(own.released_at, own.rejected_at, :until) >= :since
)
