-- The earliest moment at which anything changed that the trail tells after a point: what happened then counts from then on. What is
-- said of a tube after the fact (who is in it, another result) changes the stages that it has passed already.
-- No more than :most of it is read; who has more unread counts anew. In the order of the index, and tubes by their codes: otherwise the
-- planner, who takes much to be unread, goes along the trail of whole days.
WITH unread AS MATERIALIZED (
    SELECT subject, verb, at FROM event
    WHERE day >= :since_day AND (epoch, txid) >= (CAST(:epoch AS smallint), CAST(CAST(:txid AS text) AS xid8))
        AND (CAST(:until_txid AS text) IS NULL OR (epoch, txid) < (CAST(:epoch AS smallint), CAST(CAST(:until_txid AS text) AS xid8)))
    ORDER BY epoch, txid
    LIMIT :most
)
SELECT count(*) AS events,
    LEAST(min(at), (
        SELECT min(LEAST(sealed_at, dispatched_at, received_at, released_at, rejected_at)) FROM tube
        WHERE barcode = ANY (ARRAY(SELECT subject FROM unread WHERE verb = ANY (CAST(:reaching_back AS text[]))))
    )) AS since
FROM unread
