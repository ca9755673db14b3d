-- The days whose account, or the tests of whose pools, may be others by what the trail tells after a point: of its tubes, and of the
-- tubes that these answer or are in, all days on which they count; of what is no tube (runs, forgotten days) the day of its moment; of
-- labels, their prints, and the tubes and boxes that they are on, the day on which they were reserved.
-- No more than :most of it is read; who has more unread counts anew.
WITH told AS MATERIALIZED (
    SELECT subject, verb, at, what FROM event
    WHERE day >= :since_day
        AND (epoch > :epoch OR epoch = :epoch AND txid >= CAST(CAST(:txid AS text) AS xid8))
        AND (CAST(:until_txid AS text) IS NULL OR epoch = :epoch AND txid < CAST(CAST(:until_txid AS text) AS xid8))
    LIMIT :most
), own AS MATERIALIZED (
    SELECT retest_of, pool, collected_on, received_at, released_at FROM tube WHERE barcode = ANY (ARRAY(SELECT DISTINCT subject FROM told))
), met AS MATERIALIZED (
    SELECT collected_on, received_at, released_at FROM own
    UNION ALL
    SELECT collected_on, received_at, released_at FROM tube WHERE barcode = ANY (ARRAY(
        SELECT above FROM tubes_above(ARRAY(
            SELECT retest_of FROM own WHERE retest_of IS NOT NULL UNION SELECT pool FROM own WHERE pool IS NOT NULL
        ), ARRAY['retest_of', 'pool'], false, false)
    ))
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
