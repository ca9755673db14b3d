"""What waits once more is found without reading all that waits

Why: the morning screen lists the few tubes that are tested again beside tens of thousands that wait for the first time.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    again = sa.text("bench_state = 'waiting' AND repeat_reason IS NOT NULL")
    op.create_index("tube_again_idx", "tube", ["lab", "received_at"], postgresql_where=again)
