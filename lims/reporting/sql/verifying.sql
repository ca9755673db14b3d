-- People in state `verifying`: from the slot in which their pool was released until the one in which they had an answer.
, lasting AS (
    SELECT key, lab_zone AS zone, since,
        GREATEST(date_trunc(CAST(:step AS text), since AT TIME ZONE lab_zone), CAST(:first AS timestamp)) AS first,
        LEAST(date_trunc(CAST(:step AS text), until AT TIME ZONE lab_zone), CAST(:beyond AS timestamp)) AS last
    FROM stay
)
SELECT key, zone, first, last, count(*) AS count, min(since) AS since
FROM lasting
WHERE first < last
GROUP BY 1, 2, 3, 4
