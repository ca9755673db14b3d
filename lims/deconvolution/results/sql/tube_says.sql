-- What a tube says by itself of everybody in it. `depends`: what other tubes say may come before that.
WITH tube_says AS NOT MATERIALIZED (
    SELECT *, state IN ('verifying', 'recollect', 'inconclusive') OR (state = 'pending' AND pool IS NOT NULL) AS depends
    FROM (
        SELECT barcode, collected_on, site, lab, dispatched_to, pool, bench_state, field_state, released_at, amended_at,
            CASE
                WHEN rejected_at IS NOT NULL THEN 'recollect'
                WHEN released_call IS NULL THEN 'pending'
                WHEN released_call = 'negative' THEN 'negative'
                WHEN kind <> 'single' THEN 'verifying'
                WHEN released_call = 'invalid' THEN 'recollect'
                ELSE released_call
            END AS state,
            -- Only the release that stands says whether the specimen was tested in a pool.
            kind <> 'single' OR (pool IS NOT NULL AND EXISTS (
                SELECT FROM release JOIN call ON call.barcode = release.barcode AND call.run = release.run
                WHERE release.barcode = tube.barcode AND release.standing AND call.pooled_in IS NOT NULL
            )) AS pooled
        FROM tube
        WHERE registered_at IS NOT NULL AND kind <> 'aliquot_pool' AND field_state <> 'void'
    ) AS alone
), person_says AS NOT MATERIALIZED (
    -- The same of each person in it. `tube` is the barcode once more: what is read on from a barcode is read on from there in both tables.
    SELECT member.day, member.barcode, member.position, member.person_id, member.collected_at, tube.barcode AS tube, tube.site, tube.lab,
        tube.dispatched_to, tube.pool, tube.bench_state, tube.field_state, tube.released_at, tube.amended_at, tube.state, tube.depends,
        tube.pooled
    FROM tube_member AS member
    JOIN tube_says AS tube ON tube.barcode = member.barcode AND tube.collected_on = member.day
)
