"""Alarms of runs

Why: what a run shows of contamination, and of its weak positives, was reckoned anew for each look at its page; the morning screen lists
the alarms of a whole day, so they are kept as they were known at the import. They decide nothing. Runs of before have none.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "run_alarm",
        sa.Column("run", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("well", sa.Text(), nullable=False, comment="the strong one, or the weak positive"),
        sa.Column("lab", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("what", postgresql.JSONB(), nullable=False, comment="ct and late wells; or ct, z, rules and the series"),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False, comment="server time"),
        sa.CheckConstraint("kind IN ('contamination', 'trend')", name=op.f("run_alarm_kind_check")),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name=op.f("run_alarm_run_fkey")),
        sa.PrimaryKeyConstraint("run", "kind", "target", "well", name=op.f("run_alarm_pkey")),
    )
    op.create_index("run_alarm_lab_idx", "run_alarm", ["lab", "noted_at"])
    op.execute("GRANT SELECT, INSERT ON run_alarm TO lims_bench")
