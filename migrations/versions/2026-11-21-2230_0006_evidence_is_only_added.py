"""Evidence is only added

Why: a day's partition was granted to both ends as a whole, so the trail and the readings could be changed through it although
they could not through their table. Partitions need no grants: whoever may use the table reaches them. And what nobody does
(changing readings and calls, deleting tubes, writing users from a request) no request should be able to do.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

# As in 0004, but for the grant on the new partition.
ENSURE_DAY = """
CREATE OR REPLACE FUNCTION ensure_day_partition(relation text, day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
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
    END IF;
EXCEPTION WHEN check_violation OR lock_not_available OR duplicate_table THEN
    NULL;
END $$
"""

CLOSE_PARTITIONS = """
DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE relkind = 'r' LOOP
        EXECUTE format('REVOKE ALL ON %s FROM lims_field, lims_bench', part);
    END LOOP;
END $$
"""

REVOKES = """
REVOKE UPDATE, DELETE ON reading, call FROM lims_field, lims_bench;
REVOKE INSERT, UPDATE, DELETE ON app_user FROM lims_field;
REVOKE DELETE ON ALL TABLES IN SCHEMA public FROM lims_field, lims_bench;
GRANT DELETE ON tube_member, token, attempt TO lims_field
"""


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute(ENSURE_DAY)
    op.execute(CLOSE_PARTITIONS)
    for statement in REVOKES.split(";"):
        op.execute(statement)
