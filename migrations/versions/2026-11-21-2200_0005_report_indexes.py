"""Indexes for reports

Why: a report reads the tubes that its days touched, not all there are. Times of stages rise with the pages of the table, so a
block range index finds them and costs a write next to nothing; tubes that are still on their way or in a lab are few, and found
by partial indexes.
"""

from alembic import op
from sqlalchemy import text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    stages = ["sealed_at", "dispatched_at", "received_at", "tested_at", "released_at"]
    op.create_index(
        "tube_stages_idx", "tube", stages, postgresql_using="brin",
        postgresql_ops=dict.fromkeys(stages, "timestamptz_minmax_multi_ops"),
        postgresql_with={"pages_per_range": 32, "autosummarize": True},
    )  # fmt: skip
    unfinished = text("bench_state IN ('waiting', 'pooled', 'plated', 'called')")
    op.create_index("tube_unfinished_idx", "tube", ["received_at"], postgresql_where=unfinished)
    on_its_way = text("dispatched_at IS NOT NULL AND received_at IS NULL")
    op.create_index("tube_on_its_way_idx", "tube", ["dispatched_at"], postgresql_where=on_its_way)
