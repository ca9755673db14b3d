-- The days whose account, or the tests of whose pools, may be others by what the trail tells after a point: of its tubes, and of the
-- tubes that these answer or are in, all days on which they count; of what is no tube (runs, forgotten days) the day of its moment.
-- No more than :most of it is read; who has more unread counts anew.
WITH RECURSIVE told AS MATERIALIZED (
    SELECT subject, verb, at, what FROM event
    WHERE day >= :since_day
        AND (epoch > :epoch OR epoch = :epoch AND txid >= CAST(CAST(:txid AS text) AS xid8))
        AND (CAST(:until_txid AS text) IS NULL OR epoch = :epoch AND txid < CAST(CAST(:until_txid AS text) AS xid8))
    LIMIT :most
), met (barcode, retest_of, pool, collected_on, received_at, released_at) AS (
    SELECT tube.barcode, tube.retest_of, tube.pool, tube.collected_on, tube.received_at, tube.released_at
    FROM told JOIN tube ON tube.barcode = told.subject
    UNION
    SELECT tube.barcode, tube.retest_of, tube.pool, tube.collected_on, tube.received_at, tube.released_at
    FROM met
    CROSS JOIN LATERAL (VALUES (met.retest_of), (met.pool)) AS above (barcode)
    JOIN tube ON tube.barcode = above.barcode
), moment (at) AS (
    SELECT received_at FROM met UNION SELECT released_at FROM met UNION SELECT at FROM told WHERE verb NOT LIKE 'tube.%'
), days (day) AS (
    SELECT collected_on FROM met
    UNION SELECT CAST(at AT TIME ZONE zone AS date) FROM moment CROSS JOIN unnest(CAST(:zones AS text[])) AS zone
    UNION SELECT CAST(what ->> 'was_of' AS date) FROM told WHERE verb = 'tube.changed'
    UNION SELECT CAST(substr(subject, 5) AS date) FROM told WHERE verb = 'day.forgotten'
)
SELECT (SELECT count(*) FROM told) AS events, (SELECT array_agg(day) FROM days WHERE day IS NOT NULL) AS days
