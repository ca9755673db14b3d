INSERT INTO kept_pool (day, site, lab, kind, again, size, negative, positive, undecided)
SELECT day, site, lab, kind, again, size,
    count(*) FILTER (WHERE released_call = 'negative'),
    count(*) FILTER (WHERE released_call = 'positive'),
    count(*) FILTER (WHERE released_call NOT IN ('negative', 'positive'))
FROM cell
GROUP BY 1, 2, 3, 4, 5, 6
ON CONFLICT (day, site, lab, kind, again, size) DO UPDATE SET
    negative = kept_pool.negative + EXCLUDED.negative,
    positive = kept_pool.positive + EXCLUDED.positive,
    undecided = kept_pool.undecided + EXCLUDED.undecided
