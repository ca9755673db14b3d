-- Minutes from sealing to release of the tubes released in each slot: half, 90 % and 99 % of them took no longer.
-- By itself, because percentiles sort their rows, and cannot be had from those of parts.
SELECT key, date_trunc(CAST(:step AS text), released_at AT TIME ZONE lab_zone) AS slot,
    percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (
        ORDER BY date_part('epoch', released_at - sealed_at) / 60
    ) AS turnaround_minutes
FROM counted
WHERE released_at >= :since AND released_at < :until AND sealed_at IS NOT NULL
GROUP BY 1, 2
