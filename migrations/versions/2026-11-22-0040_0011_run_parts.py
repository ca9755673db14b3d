"""Files of a run that come one by one

Why: some instruments write a file for each dye. Such a file waits, for its plate and of its experiment, until its sisters are there.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import BYTEA

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "run_part",
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("sha256", BYTEA(), nullable=False),
        sa.Column("experiment", sa.Text(), nullable=False, comment="as the file says; only files of one experiment are joined"),
        sa.Column("dye", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when it was read out, as told"),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False, comment="server time"),
        sa.Column("kept_by", sa.Text(), nullable=False),
        sa.Column("run", sa.Uuid(), nullable=True, comment="the last run it became part of; null while it waits"),
        sa.ForeignKeyConstraint(["plate"], ["plate.barcode"], name=op.f("run_part_plate_fkey")),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name=op.f("run_part_run_fkey")),
        sa.ForeignKeyConstraint(["sha256"], ["run_file.sha256"], name=op.f("run_part_sha256_fkey")),
        sa.PrimaryKeyConstraint("plate", "sha256", name=op.f("run_part_pkey")),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON run_part TO lims_bench")
