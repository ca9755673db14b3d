"""Cases that are over

Why: each look at the board looked at every confirmed case there ever was: of 10,000 for more than half a second. Those that were closed
when the trail was last read are kept aside, and looked at again as soon as an event bears on them. Nothing is filled in: old cases are
kept aside when something is next told of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "case_over",
        sa.Column("barcode", sa.Text(), nullable=False, comment="the case's tube, or a single of it that was not negative"),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("barcode", name=op.f("case_over_pkey")),
    )
    op.create_table(
        "case_over_read",
        sa.Column("one", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.SmallInteger(), nullable=False),
        sa.Column("txid", sa.BigInteger(), nullable=False, comment="the first transaction that was not read; 0: nothing was"),
        sa.CheckConstraint("one", name=op.f("case_over_read_one_row_check")),
        sa.PrimaryKeyConstraint("one", name=op.f("case_over_read_pkey")),
    )
    op.execute("INSERT INTO case_over_read VALUES (true, 0, 0)")
    op.execute("GRANT SELECT ON case_over, case_over_read TO lims_field, lims_bench, lims_reports")
