"""Days' partitions, who may read what, and how a person's result follows from tubes

Why: the bench must not be able to read the person table, whatever a program does; and a result is derived, not copied.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

ROLES = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lims_field') THEN CREATE ROLE lims_field NOLOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lims_bench') THEN CREATE ROLE lims_bench NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;  -- another database of this cluster is being set up at the same moment
END $$
"""

# The program connects as the owner and takes one of the two roles; since PostgreSQL 16 even who made them must be let.
MEMBERSHIP = """
DO $$
BEGIN
    IF NOT (pg_has_role(current_user, 'lims_field', 'SET') AND pg_has_role(current_user, 'lims_bench', 'SET')) THEN
        EXECUTE format('GRANT lims_field, lims_bench TO %I', current_user);
    END IF;
END $$
"""

# Partitions are made by the owner, whoever inserts. A day whose rows lie in the default partition already stays there; and
# who waited for the lock may still not see the table that the other made (its name is cached as missing): no harm either.
ENSURE_DAY = """
CREATE FUNCTION ensure_day_partition(relation text, day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE
    part text := relation || '_p' || to_char(day, 'YYYYMMDD');
BEGIN
    IF relation NOT IN ('event', 'tube_member', 'reading') OR to_regclass(part) IS NOT NULL
       OR day NOT BETWEEN DATE '2019-01-01' AND CURRENT_DATE + 2 THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(7301005, hashtext(part));
    IF to_regclass(part) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, relation, day, day + 1);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO lims_field, lims_bench', part);
    END IF;
EXCEPTION WHEN check_violation OR lock_not_available OR duplicate_table THEN
    NULL;
END $$
"""

GRANTS = """
GRANT USAGE ON SCHEMA public TO lims_field, lims_bench;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO lims_field, lims_bench;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO lims_field, lims_bench;
REVOKE ALL ON person, inbox, label_block, label_range FROM lims_bench;
REVOKE UPDATE, DELETE ON event, event_pdefault, seal FROM lims_field, lims_bench;
REVOKE INSERT ON seal FROM lims_field, lims_bench;
REVOKE UPDATE, DELETE, INSERT ON reading, reading_pdefault, call, release, returned, run, run_file, plate FROM lims_field;
REVOKE UPDATE, DELETE ON release, run, plate, run_file, returned FROM lims_bench;
REVOKE ALL ON app_user, token FROM lims_bench;
GRANT SELECT ON app_user, token TO lims_bench;
REVOKE INSERT, UPDATE, DELETE ON area, site, lab, lab_capacity, assay, pooling_policy, barcode_format, catalog_revision
    FROM lims_field, lims_bench
"""

# What a tube says by itself of everybody in it.
TUBE_STATE = """
CREATE VIEW tube_state AS
SELECT barcode, collected_on, retest_of, released_at, sealed_at,
    CASE
        WHEN rejected_at IS NOT NULL THEN 'recollect'
        -- Its liquid was in an aliquot pool that is not negative, and it was not tested by itself yet.
        WHEN released_call IS NULL AND pool IS NOT NULL AND EXISTS (
            SELECT FROM tube AS mixed WHERE mixed.barcode = tube.pool AND mixed.released_call <> 'negative'
        ) THEN 'verifying'
        WHEN released_call IS NULL THEN 'pending'
        WHEN released_call = 'negative' THEN 'negative'
        WHEN kind <> 'single' THEN 'verifying'
        WHEN released_call = 'invalid' THEN 'recollect'
        ELSE released_call
    END AS state
FROM tube
WHERE registered_at IS NOT NULL AND kind <> 'aliquot_pool' AND field_state <> 'void'
"""

# One row per person and tube. A row that calls for another tube takes the state of the single tube that answers it once
# that one is released; a positive answer is never outweighed, of the others the last one collected counts.
PERSON_RESULT = """
CREATE VIEW person_result AS
SELECT member.day, member.barcode, member.position, member.person_id, member.member_group, member.collected_at,
    tube.site, tube.lab, tube.kind, tube.retest_of, tube.received_at, tube.bench_state, tube.field_state,
    own.state AS own_state,
    COALESCE(answer.state, own.state) AS state,
    COALESCE(answer.released_at, tube.released_at) AS released_at,
    COALESCE(answer.barcode, tube.barcode) AS decided_by,
    tube.kind <> 'single' OR (tube.pool IS NOT NULL AND EXISTS (
        SELECT FROM release JOIN call ON call.barcode = release.barcode AND call.run = release.run
        WHERE release.barcode = tube.barcode AND call.pooled_in IS NOT NULL
    )) AS pooled
FROM tube_member AS member
JOIN tube ON tube.barcode = member.barcode AND tube.collected_on = member.day
JOIN tube_state AS own ON own.barcode = member.barcode
LEFT JOIN LATERAL (
    WITH RECURSIVE chain AS (
        SELECT next.barcode FROM tube AS next
        WHERE own.state IN ('verifying', 'recollect', 'inconclusive') AND next.retest_of = member.barcode AND next.kind = 'single'
        UNION
        SELECT next.barcode FROM tube AS next JOIN chain ON next.retest_of = chain.barcode WHERE next.kind = 'single'
    )
    SELECT single.barcode, single.released_at, single.state
    FROM chain
    JOIN tube_state AS single ON single.barcode = chain.barcode
    JOIN tube_member AS same
        ON same.barcode = single.barcode AND same.day = single.collected_on AND same.person_id = member.person_id
    WHERE single.released_at IS NOT NULL
    ORDER BY single.state = 'positive' DESC, same.collected_at DESC, single.barcode DESC
    LIMIT 1
) AS answer ON TRUE
"""


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute(ROLES)
    op.execute(MEMBERSHIP)
    op.execute(ENSURE_DAY)
    op.execute(TUBE_STATE)
    op.execute(PERSON_RESULT)
    for statement in GRANTS.split(";"):
        op.execute(statement)
