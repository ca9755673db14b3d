-- The results that came in, of kept days, as far as counting the day did not see them yet.
, cell AS (
    SELECT collected_on AS day, COALESCE(site, '') AS site, COALESCE(lab, '') AS lab, kind, retest_of IS NOT NULL AS again,
        member_count AS size, released_call
    FROM news
    JOIN kept_pool_day AS kept ON kept.day = news.collected_on
    WHERE verb = 'tube.released' AND NOT pg_visible_in_snapshot(news.txid, CAST(kept.seen AS pg_snapshot))
)
