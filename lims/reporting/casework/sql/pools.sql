-- Pools that were released on one of the days asked for, by the clock of their lab, with the tests they took. A test is a well that
-- was read: of the pool, and of the singles by which its members were tested (of an aliquot pool its member tubes; else the
-- recollections that answer it, and those that answer these). What was judged again from stored readings is no test.
WITH released AS NOT MATERIALIZED (
    SELECT tube.barcode, tube.lab, tube.site, tube.released_at, tube.released_call, tube.kind, tube.member_count
    FROM tube
    JOIN lab ON lab.code = tube.lab
    WHERE tube.kind IN ('swab_pool', 'aliquot_pool') AND tube.released_at >= :since AND tube.released_at < :until
        AND CAST(tube.released_at AT TIME ZONE lab.timezone AS date) BETWEEN :first AND :last
        AND CAST(tube.released_at AT TIME ZONE lab.timezone AS date) <> ALL (CAST(:kept AS date[]))
        AND (CAST(:lab AS text) IS NULL OR tube.lab = :lab)
        AND (CAST(:sites AS text[]) IS NULL OR tube.site = ANY (:sites))
        AND (CAST(:after AS text) IS NULL OR tube.barcode > :after)
        AND (NOT CAST(:not_negative AS boolean) OR tube.released_call <> 'negative')
), mixed AS MATERIALIZED (
    SELECT pool AS root, barcode FROM tube WHERE pool = ANY (ARRAY(SELECT barcode FROM released WHERE kind = 'aliquot_pool'))
), sized AS (
    SELECT released.*, CASE WHEN kind = 'aliquot_pool' THEN COALESCE(liquid.people, 0) ELSE member_count END AS people
    FROM released
    LEFT JOIN (SELECT root, count(*) AS people FROM mixed GROUP BY root) AS liquid ON liquid.root = released.barcode
), pool AS MATERIALIZED (
    SELECT * FROM sized
    WHERE people > 0 AND (CAST(:people AS integer) IS NULL OR people = :people)
    ORDER BY barcode
    LIMIT :most
), first (root, barcode) AS MATERIALIZED (
    SELECT mixed.root, mixed.barcode FROM pool JOIN mixed ON mixed.root = pool.barcode
    UNION ALL
    SELECT pool.barcode, answer.barcode FROM pool JOIN tube AS answer ON answer.retest_of = pool.barcode AND answer.kind = 'single'
), single (root, barcode) AS (
    SELECT root, barcode FROM first
    UNION
    SELECT first.root, deeper.answer
    FROM first
    JOIN tubes_answering(ARRAY(SELECT barcode FROM first)) AS deeper ON deeper.code = first.barcode
), test AS NOT MATERIALIZED (
    SELECT call.barcode FROM call JOIN run ON run.id = call.run WHERE call.pooled_in IS NULL AND run.rejudges IS NULL
), pool_tests AS (
    SELECT pool.barcode, count(*) AS tests FROM pool JOIN test ON test.barcode = pool.barcode GROUP BY pool.barcode
), single_tests AS (
    SELECT single.root AS barcode, count(*) AS tests FROM single JOIN test ON test.barcode = single.barcode GROUP BY single.root
), counted AS (
    SELECT pool.barcode, pool.lab, pool.site, pool.released_at, pool.released_call, pool.people,
        COALESCE(pool_tests.tests, 0) AS pool_tests, COALESCE(single_tests.tests, 0) AS single_tests
    FROM pool
    LEFT JOIN pool_tests ON pool_tests.barcode = pool.barcode
    LEFT JOIN single_tests ON single_tests.barcode = pool.barcode
)
