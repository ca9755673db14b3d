-- The tubes that count, as they were gathered once for a day: another beginning of the same questions.
WITH counted AS NOT MATERIALIZED (
    SELECT gathered.*, CASE CAST(:by AS text) WHEN 'lab' THEN lab_key WHEN 'site lab' THEN site_lab WHEN 'area lab' THEN area_lab END AS key
    FROM gathered
)
