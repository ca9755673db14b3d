"""Reports handed over

Why: a program that died between handing an e-mail over and noting that it had arrived sent the same report once more. What is about to be
handed over is noted first, and is not sent again by itself; what somebody sends once more on purpose has a Message-ID of its own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column(
        "report_sending",
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True, comment="when the mail server was about to get it"),
    )
    op.add_column(
        "report_sending",
        sa.Column(
            "edition", sa.Integer(), server_default="0", nullable=False, comment="how often one that had arrived was asked for again"
        ),
    )
