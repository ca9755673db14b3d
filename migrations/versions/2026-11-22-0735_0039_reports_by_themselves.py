"""Reports by themselves

Why: officials get the report of every day without asking for it. Each day and recipient has one row: so it is sent once, tried again where
it did not arrive, and told of.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "report_sending",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False, comment="folder, or an e-mail address"),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True, comment="when it is tried"),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True, comment="why it did not arrive when it was tried last"),
        sa.PrimaryKeyConstraint("day", "recipient", name=op.f("report_sending_pkey")),
        sa.CheckConstraint("arrived_at IS NULL OR next_at IS NULL", name=op.f("report_sending_arrived_once_check")),
    )
    op.execute("GRANT SELECT ON report_sending TO lims_reports")
