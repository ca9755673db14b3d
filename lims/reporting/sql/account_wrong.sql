-- Tubes whose records contradict each other, and people of tubes that do not exist. A sound day has none.
, listed AS (
    SELECT barcode, count(*) AS people FROM tube_member
    -- An array, and not IN: of one site these are found by an index, and not among all of the day.
    WHERE day = :day AND (CAST(:site AS text) IS NULL OR barcode = ANY (ARRAY(SELECT barcode FROM cohort)))
    GROUP BY barcode
), mixed AS MATERIALIZED (
    SELECT barcode FROM tube
    WHERE kind = 'aliquot_pool' AND barcode = ANY (ARRAY(SELECT DISTINCT pool FROM cohort WHERE bench_state = 'pooled'))
), judged AS (
    SELECT cohort.barcode, cohort.site, cohort.at_lab, GREATEST(cohort.member_count, listed.people, 0) AS people,
        array_remove(ARRAY[
            -- Who was in its negative tubes is forgotten of a day whose time is over.
            CASE WHEN cohort.member_count <> COALESCE(listed.people, 0)
                AND NOT (listed.barcode IS NULL AND cohort.released_call = 'negative' AND EXISTS (SELECT FROM forgotten_day WHERE day = :day))
                THEN 'members_differ' END,
            CASE WHEN cohort.released_at IS NOT NULL AND release.barcode IS NULL THEN 'release_missing' END,
            CASE WHEN cohort.released_at IS NULL AND release.barcode IS NOT NULL THEN 'release_unknown_to_tube' END,
            CASE WHEN cohort.released_call <> release.call THEN 'release_differs' END,
            CASE WHEN cohort.bench_state IN ('plated', 'called') AND NOT EXISTS (
                SELECT FROM plate WHERE plate.barcode = cohort.plate AND plate.wells -> cohort.well ->> 'tube' = cohort.barcode
            ) THEN 'not_on_its_plate' END,
            CASE WHEN cohort.bench_state = 'called' AND NOT EXISTS (
                SELECT FROM call WHERE call.barcode = cohort.barcode AND call.run = cohort.run AND call.call = cohort.call
            ) THEN 'call_missing' END,
            CASE WHEN cohort.bench_state = 'pooled' AND NOT EXISTS (SELECT FROM mixed WHERE mixed.barcode = cohort.pool)
                THEN 'pool_missing' END
        ], NULL) AS problems
    FROM cohort
    LEFT JOIN listed ON listed.barcode = cohort.barcode
    LEFT JOIN release ON release.barcode = cohort.barcode AND release.standing
)
SELECT barcode, site, at_lab AS lab, people, problems FROM judged WHERE problems <> '{}'
UNION ALL
SELECT listed.barcode, NULL, '', listed.people, ARRAY['members_without_tube']
FROM listed
LEFT JOIN (
    SELECT barcode FROM tube WHERE collected_on = :day AND (CAST(:site AS text) IS NULL OR site = :site)
) AS known ON known.barcode = listed.barcode
WHERE known.barcode IS NULL
ORDER BY barcode
