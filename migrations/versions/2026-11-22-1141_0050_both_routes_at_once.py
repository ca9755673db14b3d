"""Both routes at once

Why: a case policy may now say that the people of an aliquot pool are called back at once, while their kept tubes are tested.
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column(
        "case_policy",
        sa.Column(
            "recollect_too",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="people of an aliquot pool are called back while their kept tubes are tested",
        ),
    )
