-- How many tubes there are behind a figure, and how many people are in them.
SELECT CAST(count(*) AS integer) AS tubes, CAST(COALESCE(sum(people), 0) AS integer) AS people FROM behind
