-- What the trail tells between two points of tubes with a result.
WITH told AS (
    SELECT subject, verb, txid FROM event
    WHERE day >= :since_day AND verb IN ('tube.released', 'tube.amended', 'tube.registered', 'tube.changed', 'tube.replaced')
        AND (epoch > :epoch OR epoch = :epoch AND txid >= CAST(CAST(:txid AS text) AS xid8))
        AND (CAST(:until_txid AS text) IS NULL OR epoch = :epoch AND txid < CAST(CAST(:until_txid AS text) AS xid8))
), news AS (
    SELECT tube.*, told.verb, told.txid FROM told
    JOIN tube ON tube.barcode = told.subject
    WHERE tube.released_at IS NOT NULL AND tube.member_count > 0 AND tube.kind IN ('swab_pool', 'single')
)
