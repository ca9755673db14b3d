-- One row per person and tube of `asked`, whose tubes are in `asked_tube`. Who is in a tube that calls for another one has the result of the
-- single tube that answers it (or answers such an answer) once that one is released: a positive one is never outweighed, of the others the
-- last one collected counts. What depends on other tubes is looked up step by step, each step by itself: few tubes, found by their barcodes,
-- and nothing that a database spread over several servers would have to look up beside a row of another server.
, depending AS MATERIALIZED (
    SELECT DISTINCT barcode, state, pool FROM asked_tube WHERE depends
), reactive AS MATERIALIZED (
    SELECT barcode FROM tube
    WHERE released_call <> 'negative' AND barcode = ANY (ARRAY(SELECT pool FROM depending WHERE state = 'pending'))
), answering AS MATERIALIZED (
    SELECT code, answer FROM tubes_answering(ARRAY(
        SELECT barcode FROM depending WHERE state <> 'pending' OR pool IN (SELECT barcode FROM reactive)
    ))
), answer AS MATERIALIZED (
    SELECT DISTINCT ON (answering.code, same.person_id)
        answering.code, same.person_id, single.state, single.released_at, single.amended_at
    FROM answering
    JOIN tube_says AS single ON single.barcode = answering.answer
    JOIN tube_member AS same ON same.barcode = single.barcode AND same.day = single.collected_on
    WHERE single.released_at IS NOT NULL
    ORDER BY answering.code, same.person_id, single.state = 'positive' DESC, same.collected_at DESC, single.barcode DESC
), person_result AS (
    SELECT asked.day, asked.barcode, asked.position, asked.person_id, asked.collected_at, asked.site, asked.lab, asked.dispatched_to,
        asked.bench_state, asked.field_state, asked.pooled,
        -- Its liquid was in an aliquot pool that is not negative, and it was not tested by itself yet.
        COALESCE(answer.state,
            CASE WHEN asked.state = 'pending' AND asked.pool IN (SELECT barcode FROM reactive) THEN 'verifying' ELSE asked.state END) AS state,
        COALESCE(answer.released_at, asked.released_at) AS released_at,
        CASE WHEN answer.code IS NULL THEN asked.amended_at ELSE answer.amended_at END AS amended_at
    FROM asked
    LEFT JOIN answer ON answer.code = asked.barcode AND answer.person_id = asked.person_id
)
