-- The own single tube by which each person was found positive on a day: the first of that day; a row for each person.
, first_positive AS (
    SELECT DISTINCT ON (member.person_id, date_trunc('day', counted.released_at AT TIME ZONE counted.lab_zone))
        counted.key, counted.barcode, counted.released_at, counted.lab_zone, counted.lab_key, counted.site_key, counted.area_key
    FROM counted
    JOIN tube_member AS member ON member.barcode = counted.barcode AND member.day = counted.collected_on
    WHERE counted.kind = 'single' AND counted.released_call = 'positive' AND counted.released_call <> 'negative'
        AND counted.released_at >= :since AND counted.released_at < :until
    ORDER BY member.person_id, date_trunc('day', counted.released_at AT TIME ZONE counted.lab_zone), counted.released_at, counted.barcode
)
