"""Amplification curves

Why: a reviewer looks at the curve before believing a late Ct. They are bulky and never judged, so they are one packed document a run.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import BYTEA

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "run_curves",
        sa.Column("run", sa.Uuid(), nullable=False),
        sa.Column("packed", BYTEA(), nullable=False, comment="zlib of JSON [[well, target, threshold, [value, …]], …]"),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name=op.f("run_curves_run_fkey")),
        sa.PrimaryKeyConstraint("run", name=op.f("run_curves_pkey")),
    )
    op.execute("GRANT SELECT, INSERT ON run_curves TO lims_bench")
