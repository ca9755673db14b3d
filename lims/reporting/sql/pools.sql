-- Pools and single tubes with a result by day of collection: as they were counted for kept days, with what the trail has told since,
-- and one by one of all other days.
, pools AS NOT MATERIALIZED (
    SELECT day, site, lab, kind, again, size, negative, positive, undecided FROM kept_pool WHERE day = ANY (CAST(:kept AS date[]))
    UNION ALL
    SELECT day, site, lab, kind, again, size, CAST(released_call = 'negative' AS integer), CAST(released_call = 'positive' AS integer),
        CAST(released_call NOT IN ('negative', 'positive') AS integer)
    FROM cell
    WHERE day = ANY (CAST(:kept AS date[]))
    UNION ALL
    SELECT collected_on, COALESCE(site, ''), COALESCE(lab, ''), kind, retest_of IS NOT NULL, member_count,
        CAST(released_call = 'negative' AS integer), CAST(released_call = 'positive' AS integer),
        CAST(released_call NOT IN ('negative', 'positive') AS integer)
    FROM tube
    WHERE collected_on = ANY (CAST(:live AS date[])) AND released_at IS NOT NULL AND member_count > 0 AND kind IN ('swab_pool', 'single')
)
