"""What tomorrow is expected by is kept with each day

Why: the outlook read two million tubes of seven days. Days of the last weeks are counted again with it; older ones are never asked.
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("DELETE FROM kept_day WHERE day > CAST(now() AS date) - 14")
    column = sa.Column(
        "habits", sa.JSON(), nullable=False, server_default="{}", comment="what the next days are expected by; read whole, never searched"
    )
    op.add_column("kept_day", column)
    op.alter_column("kept_day", "habits", server_default=None)
