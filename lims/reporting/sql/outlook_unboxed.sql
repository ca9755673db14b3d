-- Sealed tubes at the sites that lie in no box yet.
SELECT site, CAST(count(*) AS integer) AS tubes FROM tube
WHERE field_state = 'sealed' AND box IS NULL AND received_at IS NULL AND rejected_at IS NULL AND sealed_at >= :since AND sealed_at <= :now
GROUP BY site
