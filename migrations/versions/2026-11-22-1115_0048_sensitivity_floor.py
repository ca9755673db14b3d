"""How rarely an advised pool may miss somebody is said by the pooling policy

Why: the floor under a pool's sensitivity is a rule with a number in it: versioned data with its source, not a field of a form that
everybody fills in otherwise.
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    what = "share of pools with one positive that an advised size must find"
    op.add_column("pooling_policy", sa.Column("sensitivity_floor", sa.Double(), nullable=True, comment=what))
