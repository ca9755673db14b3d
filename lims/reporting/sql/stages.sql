-- What passed each stage, by local day or hour: the site's where samples are taken, the lab's where they are tested.
SELECT key, date_trunc(CAST(:step AS text), stage.at AT TIME ZONE stage.zone) AS slot,
    count(*) FILTER (WHERE stage.name = 'collected') AS collected_tubes,
    COALESCE(sum(member_count) FILTER (WHERE stage.name = 'collected'), 0) AS collected_people,
    COALESCE(sum(pool_size) FILTER (WHERE stage.name = 'collected'), 0) AS collected_places,
    count(*) FILTER (WHERE stage.name = 'dispatched') AS dispatched_tubes,
    count(*) FILTER (WHERE stage.name = 'received') AS received_tubes,
    COALESCE(sum(member_count) FILTER (WHERE stage.name = 'received'), 0) AS received_people,
    count(*) FILTER (WHERE stage.name = 'received' AND kind = 'single' AND retest_of IS NOT NULL) AS recollected_tubes,
    count(*) FILTER (WHERE stage.name = 'tested') AS tested_tubes,
    COALESCE(sum(member_count) FILTER (WHERE stage.name = 'tested'), 0) AS tested_people,
    count(*) FILTER (WHERE stage.name = 'released') AS released_tubes,
    COALESCE(sum(member_count) FILTER (WHERE stage.name = 'released'), 0) AS released_people,
    count(*) FILTER (WHERE stage.name = 'released' AND released_call = 'negative') AS negative_tubes,
    count(*) FILTER (WHERE stage.name = 'released' AND released_call <> 'negative') AS nonnegative_tubes,
    count(*) FILTER (WHERE stage.name = 'released' AND released_call = 'invalid') AS invalid_tubes,
    count(*) FILTER (WHERE stage.name = 'rejected') AS rejected_tubes
FROM counted
CROSS JOIN LATERAL (VALUES
    ('collected', CASE WHEN field_state = 'sealed' THEN sealed_at END, site_zone),
    ('dispatched', dispatched_at, site_zone),
    ('received', received_at, lab_zone),
    ('tested', tested_at, lab_zone),
    ('released', released_at, lab_zone),
    ('rejected', rejected_at, lab_zone)
) AS stage (name, at, zone)
WHERE stage.at >= :since AND stage.at < :until
    -- The same once more for each column by itself, where an index can find it.
    AND (
        (sealed_at >= :since AND sealed_at < :until)
        OR (dispatched_at >= :since AND dispatched_at < :until)
        OR (received_at >= :since AND received_at < :until)
        OR (tested_at >= :since AND tested_at < :until)
        OR (released_at >= :since AND released_at < :until)
        OR (rejected_at >= :since AND rejected_at < :until)
    )
GROUP BY 1, 2
