-- The days of which something else was told than that a result came; null where a tube may have been of another day before.
SELECT DISTINCT CASE WHEN verb NOT IN ('tube.changed', 'tube.replaced') THEN collected_on END AS day FROM news WHERE verb <> 'tube.released'
