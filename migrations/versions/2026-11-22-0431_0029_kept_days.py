"""Figures of days that are over, and a role for those who only look

Why: a day of 3,000,000 people takes seconds to count, and it is looked at by many. What was counted is kept until the trail tells
something that changes it. And whoever looks must not hold up whoever writes: the role of the reports reads, and nothing else; nobody's
name is among what it may read.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"

ROLE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lims_reports') THEN CREATE ROLE lims_reports NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;  -- another database of this cluster is being set up at the same moment
END $$
"""
MEMBERSHIP = """
DO $$
BEGIN
    IF NOT pg_has_role(current_user, 'lims_reports', 'SET') THEN
        EXECUTE format('GRANT lims_reports TO %I', current_user);
    END IF;
END $$
"""
# What the bench may read, and the labels. Tables that come later may be read, too, unless they say otherwise.
READ = """
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') LOOP
        IF has_table_privilege('lims_bench', name, 'SELECT') OR name IN ('label_block', 'label_range') THEN
            EXECUTE format('GRANT SELECT ON %I TO lims_reports', name);
        END IF;
    END LOOP;
END $$
"""
GRANTS = """
GRANT USAGE ON SCHEMA public TO lims_reports;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO lims_reports;
GRANT SELECT ON kept_day, kept_line, kept_reader TO lims_bench
"""


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "kept_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.Column(
            "places", sa.Text(), nullable=False, comment="digest of the sites and labs, with their areas and zones, that it was counted by"
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False, comment="what counting took"),
        sa.Column("panels", postgresql.JSONB(), nullable=False, comment="what the page of the day shows beside the figures"),
        sa.PrimaryKeyConstraint("day", name=op.f("kept_day_pkey")),
    )
    op.create_table(
        "kept_line",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False, comment="code of the lab, site or area; empty where it is of none"),
        sa.Column("hour", sa.SmallInteger(), nullable=False, comment="0 but by hour"),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["day"], ["kept_day.day"], name=op.f("kept_line_day_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("day", "by", "key", "hour", name=op.f("kept_line_pkey")),
    )
    op.create_index("kept_line_by_idx", "kept_line", ["by", "key", "day"])
    op.create_table(
        "kept_reader",
        sa.Column("one", sa.Boolean(), nullable=False),
        sa.Column("seal", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("one", name=op.f("kept_reader_one_row_check")),
        sa.PrimaryKeyConstraint("one", name=op.f("kept_reader_pkey")),
    )
    op.execute("INSERT INTO kept_reader SELECT true, COALESCE(max(number), 0) FROM seal")
    op.execute(ROLE)
    op.execute(MEMBERSHIP)
    for statement in GRANTS.split(";"):
        op.execute(statement)
    op.execute(READ)
