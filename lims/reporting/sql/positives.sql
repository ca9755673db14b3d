-- People whose own single tube was released positive, each once a day: where the first such tube of the day belongs.
, found AS (
    SELECT DISTINCT ON (member.person_id, date_trunc('day', counted.released_at AT TIME ZONE counted.lab_zone))
        counted.key, date_trunc(CAST(:step AS text), counted.released_at AT TIME ZONE counted.lab_zone) AS slot
    FROM counted
    JOIN tube_member AS member ON member.barcode = counted.barcode AND member.day = counted.collected_on
    WHERE counted.kind = 'single' AND counted.released_call = 'positive' AND counted.released_call <> 'negative'
        AND counted.released_at >= :since AND counted.released_at < :until
    ORDER BY member.person_id, date_trunc('day', counted.released_at AT TIME ZONE counted.lab_zone), counted.released_at, counted.barcode
)
SELECT key, slot, count(*) AS people_positive
FROM found
GROUP BY 1, 2
