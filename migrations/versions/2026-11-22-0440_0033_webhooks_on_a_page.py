"""Webhooks on a page

Why: whoever administers the program adds, stops, replays and reads webhooks in a browser, not on the server alone; and a secret can be
replaced while the receiver goes on, as the old one signs beside the new one for a day. Addresses and secrets are written from there and
never read: the function moves a secret aside without showing it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"

ROTATE = """
CREATE FUNCTION rotate_secret(which integer, fresh bytea, until timestamptz) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
    UPDATE subscriber SET old_secret = secret, old_secret_until = until, secret = fresh WHERE number = which
$$
"""
GRANTS = """
REVOKE EXECUTE ON FUNCTION rotate_secret FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rotate_secret TO lims_bench;
GRANT SELECT (number, host, kinds, area, added_at, added_by, added_as, stopped_at, stopped_for, old_secret_until)
    ON subscriber TO lims_bench;
GRANT INSERT (address, host, secret, kinds, area, added_at, added_by, added_as), UPDATE (stopped_at, stopped_for)
    ON subscriber TO lims_bench;
GRANT SELECT, INSERT, UPDATE (failures, due_at, delivered_at) ON delivery TO lims_bench;
GRANT SELECT ON delivery_attempt TO lims_bench
"""


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    old = sa.Column("old_secret", postgresql.BYTEA(), nullable=True, comment="encrypted; the one before, which signs beside it for a while")
    op.add_column("subscriber", old)
    op.add_column("subscriber", sa.Column("old_secret_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("subscriber", sa.Column("added_as", sa.Uuid(), nullable=True, comment="the id of the message that added it"))
    until = "(old_secret IS NULL) = (old_secret_until IS NULL)"
    op.create_check_constraint(op.f("subscriber_old_secret_until_a_time_check"), "subscriber", until)
    op.execute(ROTATE)
    for statement in GRANTS.split(";"):
        op.execute(statement)
