-- The tubes that count, each with the places and time zones it counts by. The beginning of every other question.
-- A stub that nobody registered or received is no tube yet; a void tube never was one, unless a lab has it; an aliquot pool
-- is liquid of tubes that count already.
WITH counted AS NOT MATERIALIZED (
    SELECT tube.*,
        COALESCE(lab.timezone, site.timezone, :zone) AS lab_zone,
        COALESCE(site.timezone, lab.timezone, :zone) AS site_zone,
        lab.code AS lab_key, site.code AS site_key, site.area AS area_key,
        CASE CAST(:by AS text)
            WHEN 'lab' THEN lab.code WHEN 'site' THEN site.code WHEN 'area' THEN site.area
            WHEN 'site lab' THEN concat(site.code, CAST(:between AS text), lab.code)
            WHEN 'area lab' THEN concat(site.area, CAST(:between AS text), lab.code)
        END AS key
    FROM tube
    LEFT JOIN site ON site.code = tube.site
    LEFT JOIN lab ON lab.code = COALESCE(tube.lab, tube.dispatched_to)
    WHERE (tube.registered_at IS NOT NULL OR tube.received_at IS NOT NULL)
        AND (tube.field_state IS DISTINCT FROM 'void' OR tube.received_at IS NOT NULL)
        AND tube.kind IS DISTINCT FROM 'aliquot_pool'
        AND (CAST(:lab AS text) IS NULL OR lab.code = :lab)
        AND (CAST(:site AS text) IS NULL OR site.code = :site)
        AND (CAST(:areas AS text[]) IS NULL OR site.area = ANY (CAST(:areas AS text[])))
)
