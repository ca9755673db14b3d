-- The same tubes, once for every area that they lie in, by way of however many areas between.
WITH counted AS NOT MATERIALIZED (
    SELECT gathered.*, concat(CAST(:between AS text), lies.outer_area) AS key
    FROM gathered
    JOIN unnest(CAST(:inner AS text[]), CAST(:outer AS text[])) AS lies (inner_area, outer_area) ON lies.inner_area = area_key
)
