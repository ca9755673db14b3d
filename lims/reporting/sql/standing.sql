-- The tubes that stood in a lab at a moment: the end of the last day where its lab is, or now if that is earlier.
, standing AS (
    SELECT counted.key, counted.barcode, counted.site, counted.lab, counted.received_at, limited.hours,
        date_part('epoch', LEAST(CAST(:now AS timestamptz), CAST(:beyond AS timestamp) AT TIME ZONE lab_zone) - counted.received_at) / 3600 AS age
    FROM counted
    LEFT JOIN json_to_recordset(CAST(:limits AS json)) AS limited (site text, kind text, recollection boolean, hours double precision)
        ON limited.site = CASE WHEN counted.site = ANY (CAST(:own AS text[])) THEN counted.site ELSE '' END AND limited.kind = COALESCE(counted.kind, '')
        AND limited.recollection = (counted.retest_of IS NOT NULL)
    WHERE received_at < :until
        AND (bench_state IN ('waiting', 'pooled', 'plated', 'called') OR released_at >= :since OR rejected_at >= :since)
        AND received_at < LEAST(CAST(:now AS timestamptz), CAST(:beyond AS timestamp) AT TIME ZONE lab_zone)
        AND COALESCE(released_at, rejected_at, 'infinity') >= LEAST(CAST(:now AS timestamptz), CAST(:beyond AS timestamp) AT TIME ZONE lab_zone)
)
