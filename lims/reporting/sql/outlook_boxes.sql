-- Boxes that are sealed or on their way and that no lab has opened; what was sealed too long ago is lost, not expected.
SELECT barcode, site, COALESCE(packed_tubes, 0) AS tubes, sealed_at, dispatched_at, dispatched_to, directed_to FROM box
WHERE received_at IS NULL AND COALESCE(dispatched_at, sealed_at) >= :since AND COALESCE(dispatched_at, sealed_at) <= :now
ORDER BY COALESCE(dispatched_at, sealed_at), barcode
