-- The days whose account, or the tests of whose pools, may be others by what the trail tells after a point: of its tubes, and of the
-- tubes that these answer or are in, all days on which they count; of what is no tube (runs, forgotten days) the day of its moment; of
-- labels, their prints, and the tubes and boxes that they are on, the day on which they were reserved.
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
), label AS (
    SELECT DISTINCT
        CASE WHEN subject ~ '^labels [0-9a-f-]{36}$' THEN CAST(substr(subject, 8) AS uuid) END AS range_id,
        CASE WHEN subject ~ '^print [0-9a-f-]{36}$' THEN CAST(substr(subject, 7) AS uuid) END AS job_id,
        CASE WHEN subject ~ '^[12]0[0-9]{12}$' THEN CAST(substr(subject, 3, 11) AS bigint) END AS serial
    FROM told
), moment (at) AS (
    SELECT received_at FROM met UNION SELECT released_at FROM met UNION SELECT at FROM told WHERE verb NOT LIKE 'tube.%'
    UNION SELECT reserved_at FROM label JOIN label_range ON label_range.id = label.range_id
    UNION SELECT reserved_at FROM label JOIN print_job ON print_job.id = label.job_id JOIN label_range ON label_range.id = print_job.range_id
    UNION SELECT reserved_at FROM label JOIN label_range ON int8range(first_serial, last_serial, '[]') @> label.serial
), days (day) AS (
    SELECT collected_on FROM met
    UNION SELECT CAST(at AT TIME ZONE zone AS date) FROM moment CROSS JOIN unnest(CAST(:zones AS text[])) AS zone
    UNION SELECT CAST(what ->> 'was_of' AS date) FROM told WHERE verb = 'tube.changed'
    UNION SELECT CAST(substr(subject, 5) AS date) FROM told WHERE verb = 'day.forgotten'
)
SELECT (SELECT count(*) FROM told) AS events, (SELECT array_agg(day) FROM days WHERE day IS NOT NULL) AS days
