"""No question of a day reads all days

Why: to say how many people were verifying on a day, reports looked at the members of every pool that ever was not negative. Of cases that
are kept aside it is kept too since when everybody in them has a result; the worker, which goes through old cases when it starts, keeps them
aside anew.
The newest aliquot pools and discarded tubes of a lab, its first day, and the runs of a day were looked for among all there ever were. The
tubes of a day were found by block ranges, of which each question reads all: 0.35 µs a range of 540 tubes and a stage, 75 ms for 100 days of
300,000 tubes, many times a page.
Building the indexes takes about a minute for 10,000,000 tubes, during which no tube is written or read.
"""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column(
        "case_over",
        sa.Column(
            "answered_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the last of its people had a result; null where somebody has none, or nobody looked",
        ),
    )
    op.add_column(
        "case_over_read",
        sa.Column(
            "since",
            sa.Date(),
            server_default=sa.text("'0001-01-01'"),
            nullable=False,
            comment="no event that was not read is of an earlier day",
        ),
    )
    op.create_index("tube_mixed_idx", "tube", ["lab", "received_at", "barcode"], postgresql_where=sa.text("kind = 'aliquot_pool'"))
    op.create_index("tube_discarded_idx", "tube", ["lab", "discarded_at"], postgresql_where=sa.text("discarded_at IS NOT NULL"))
    op.drop_index("tube_stages_idx", "tube")
    for stage in ("sealed_at", "dispatched_at", "received_at", "tested_at", "released_at"):
        op.create_index(f"tube_{stage}_idx", "tube", [stage], postgresql_where=sa.text(f"{stage} IS NOT NULL"))
    pools = sa.text("kind = 'swab_pool' AND released_at IS NOT NULL")
    op.create_index("tube_first_pools_idx", "tube", ["lab", "collected_on"], postgresql_where=pools)
    op.create_index("run_at_idx", "run", ["at"])
    op.execute("DELETE FROM case_over")
