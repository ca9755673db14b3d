-- The earliest moment at which anything changed that the trail tells after a point: what happened then counts from then on. What is
-- said of a tube after the fact (who is in it, another result) changes the stages that it has passed already.
-- No more than :most of it is read; who has more unread counts anew.
SELECT count(*) AS events, min(LEAST(at, reached)) AS since
FROM (
    SELECT event.at, LEAST(tube.sealed_at, tube.dispatched_at, tube.received_at, tube.released_at, tube.rejected_at) AS reached
    FROM event
    LEFT JOIN tube ON tube.barcode = event.subject AND event.verb = ANY (CAST(:reaching_back AS text[]))
    WHERE event.day >= :since_day
        AND (event.epoch > :epoch OR event.epoch = :epoch AND event.txid >= CAST(CAST(:txid AS text) AS xid8))
        AND (CAST(:until_txid AS text) IS NULL OR event.epoch = :epoch AND event.txid < CAST(CAST(:until_txid AS text) AS xid8))
    LIMIT :most
) AS unread
