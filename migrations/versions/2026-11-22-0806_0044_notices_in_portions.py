"""Notices in portions

Why: after a day without a worker everything was told in one transaction of about a minute. Now the trail is read at once, and the tubes it
speaks of are told of in portions, each in a transaction of its own; which ones are left stands in a table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "notice_due",
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column(
            "family", sa.Text(), nullable=False, comment="the tube that it answers or went into, or itself: these are told of together"
        ),
        sa.PrimaryKeyConstraint("barcode", name=op.f("notice_due_pkey")),
    )
    op.create_index("notice_due_family_idx", "notice_due", ["family", "barcode"], unique=False)
