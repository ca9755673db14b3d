-- Tubes that each lab still has to test. What is called waits for a reviewer, not for a machine; aliquot pools are liquid of tubes counted.
SELECT lab, CAST(count(*) AS integer) AS tubes FROM tube
WHERE bench_state IN ('waiting', 'pooled', 'plated') AND kind IS DISTINCT FROM 'aliquot_pool'
GROUP BY lab
