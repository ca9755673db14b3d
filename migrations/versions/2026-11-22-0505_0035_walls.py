"""Walls

Why: a screen on a wall has nobody to sign in. A signed link opens today's sums on it, and nothing once it was revoked.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "wall",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="where it hangs"),
        sa.Column("lab", sa.Text(), nullable=True),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("wall_pkey")),
        sa.ForeignKeyConstraint(["lab"], ["lab.code"], name=op.f("wall_lab_fkey")),
        sa.ForeignKeyConstraint(["site"], ["site.code"], name=op.f("wall_site_fkey")),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("wall_revoked_by_somebody_check")),
    )
    op.execute("GRANT SELECT ON wall TO lims_reports")
    op.execute("GRANT SELECT, INSERT, UPDATE (revoked_at, revoked_by) ON wall TO lims_bench")
