-- Minutes from sealing to release of the tubes released in each slot, every one of them: whoever puts places together sorts them anew.
SELECT key, date_trunc(CAST(:step AS text), released_at AT TIME ZONE lab_zone) AS slot,
    array_agg(date_part('epoch', released_at - sealed_at) / 60) AS minutes
FROM counted
WHERE released_at >= :since AND released_at < :until AND sealed_at IS NOT NULL
GROUP BY 1, 2
