-- The people of a day, but for those of tubes that are wrong; too many to be laid aside first.
, asked AS NOT MATERIALIZED (
    SELECT * FROM person_says
    WHERE day = :day AND (CAST(:site AS text) IS NULL OR site = :site) AND barcode <> ALL (CAST(:wrong AS text[]))
), asked_tube AS NOT MATERIALIZED (
    SELECT barcode, state, pool, depends FROM tube_says WHERE collected_on = :day AND (CAST(:site AS text) IS NULL OR site = :site)
)
