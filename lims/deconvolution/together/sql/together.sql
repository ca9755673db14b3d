-- Of pools that are not negative what their single tubes say together: of `:swabs` (collected on `:days`) the single tubes of people who are
-- in the pool, of `:mixed` the tubes that went into it. One row for each pool that has people or tubes. Tubes are found by the pools' codes,
-- people beside each tube, each step by itself, and put together by counting: nothing is looked up beside a row of another server.
WITH one AS MATERIALIZED (
    SELECT retest_of AS code, FALSE AS mixed, barcode, collected_on, field_state, released_call AS call,
        COALESCE(amended_at, released_at) AS since, released_call IS NOT NULL OR rejected_at IS NULL AS under_way
    FROM tube WHERE kind = 'single' AND retest_of = ANY (CAST(:swabs AS text[]))
    UNION ALL
    SELECT pool, TRUE, barcode, collected_on, field_state, released_call,
        COALESCE(amended_at, released_at), released_call IS NOT NULL OR rejected_at IS NULL
    FROM tube WHERE pool = ANY (CAST(:mixed AS text[]))
), again AS MATERIALIZED (
    SELECT DISTINCT retest_of AS barcode FROM tube WHERE retest_of = ANY (ARRAY(SELECT barcode FROM one))
), inside AS MATERIALIZED (
    -- Of arrays that a query makes few rows are expected: each is looked up in the piece of its day, and no piece is read as a whole.
    SELECT member.barcode AS code, member.person_id
    FROM unnest(ARRAY(SELECT unnest(CAST(:swabs AS text[]))), ARRAY(SELECT unnest(CAST(:days AS date[])))) AS pool (code, day)
    JOIN tube_member AS member ON member.barcode = pool.code AND member.day = pool.day
), sampled AS MATERIALIZED (
    SELECT one.code, member.person_id, one.call, one.under_way
    FROM one JOIN tube_member AS member ON member.barcode = one.barcode AND member.day = one.collected_on
    WHERE NOT one.mixed AND one.field_state <> 'void'
), said AS (
    SELECT code, CAST(person_id AS text) AS who, TRUE AS belongs, CAST(NULL AS text) AS call, CAST(NULL AS boolean) AS under_way,
        CAST(NULL AS timestamptz) AS since, FALSE AS answered
    FROM inside
    UNION ALL
    SELECT code, CAST(person_id AS text), FALSE, call, under_way, NULL, FALSE FROM sampled
    UNION ALL
    SELECT code, CASE WHEN mixed THEN barcode END, TRUE, CASE WHEN mixed THEN call END, CASE WHEN mixed THEN under_way END, since,
        barcode IN (SELECT barcode FROM again)
    FROM one
), each AS (
    SELECT code, who, bool_or(call IN ('negative', 'positive')) AS settled, bool_or(call = 'positive') AS positive,
        bool_or(under_way) AS under_way, bool_or(answered OR call NOT IN ('negative', 'positive')) AS tangled, max(since) AS last_at
    FROM said GROUP BY code, who HAVING bool_or(belongs)
)
SELECT code, count(who) AS members, count(*) FILTER (WHERE settled) AS settled, COALESCE(bool_or(positive), FALSE) AS positive,
    COALESCE(bool_or(under_way), FALSE) AS under_way, COALESCE(bool_or(tangled), FALSE) AS tangled, max(last_at) AS last_at
FROM each GROUP BY code
