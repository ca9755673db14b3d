"""Results of pools, counted by day of collection

Why: prevalence is asked of weeks, and a week has two million tubes. What was counted once is added to as results come in.
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "kept_pool_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False, comment="which transactions the counting saw, as a pg_snapshot"),
        sa.PrimaryKeyConstraint("day", name=op.f("kept_pool_day_pkey")),
    )
    op.create_table(
        "kept_pool",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("lab", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("size", sa.SmallInteger(), nullable=False),
        sa.Column("negative", sa.Integer(), nullable=False),
        sa.Column("positive", sa.Integer(), nullable=False),
        sa.Column("undecided", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["day"], ["kept_pool_day.day"], name=op.f("kept_pool_day_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("day", "site", "lab", "kind", "again", "size", name=op.f("kept_pool_pkey")),
    )
    op.execute("GRANT SELECT ON kept_pool, kept_pool_day TO lims_reports, lims_bench")
