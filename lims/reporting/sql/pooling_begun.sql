-- On which day each lab's first pool with a result was collected.
SELECT lab, day FROM first_pools(ARRAY(SELECT code FROM lab WHERE CAST(:lab AS text) IS NULL OR code = :lab))
