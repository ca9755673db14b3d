"""Whether a run's file says what stands in its wells

Why: an instrument's file may state its plate and name no samples. Such a run is taken, but swapped plates would not show in it, and whoever
reviews it has to be told. Of runs of before nobody noted it: null.
"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    comment = "whether the file says what stands in its wells; null where nobody noted it yet"
    op.add_column("run", sa.Column("samples_named", sa.Boolean(), nullable=True, comment=comment))
