"""Accounts of large days, and the tests of their pools

Why: whether everything of a day of 3,000,000 people adds up takes seconds to count, and officials and machines ask for it again and again.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "kept_account",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("places", sa.Text(), nullable=False, comment="digest of the sites and labs that it was counted by"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched", sa.Boolean(), nullable=False),
        sa.Column("account", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("kept_account_pkey")),
    )
    op.create_table(
        "kept_tests",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("lab", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False, comment="empty: of no site, as aliquot pools are"),
        sa.Column("people", sa.SmallInteger(), nullable=False),
        sa.Column("pools", sa.Integer(), nullable=False),
        sa.Column("reactive", sa.Integer(), nullable=False),
        sa.Column("invalid", sa.Integer(), nullable=False),
        sa.Column("pool_tests", sa.Integer(), nullable=False),
        sa.Column("single_tests", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["day"], ["kept_account.day"], name=op.f("kept_tests_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("day", "lab", "site", "people", name=op.f("kept_tests_pkey")),
    )
    op.execute("GRANT SELECT ON kept_account, kept_tests TO lims_reports, lims_bench")
