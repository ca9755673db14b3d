"""Racks, positions, retention

Why: a tube that is to be tested again has to be found among thousands, and what nobody needs any more has to go, by a rule that is
on record and never while a case is open.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    create_rack()
    create_positions()
    create_retention_policy()
    op.add_column("tube", sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True))
    ended = "discarded_at IS NULL OR bench_state IN ('released', 'rejected')"
    op.create_check_constraint(op.f("tube_discarded_at_its_end_check"), "tube", ended)
    op.execute("GRANT SELECT ON retention_policy TO lims_field, lims_bench")
    op.execute("GRANT SELECT, INSERT, UPDATE (place, kept) ON rack TO lims_bench")
    op.execute("GRANT SELECT, INSERT, DELETE ON rack_position, stored_tube TO lims_bench")


def create_rack() -> None:
    """Table `rack`."""
    cold = "how cold: room, cold (2 to 8 °C), frozen (-20 °C), deep_frozen (-70 °C)"
    op.create_table(
        "rack",
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("lab", sa.Text(), nullable=False),
        sa.Column("rows", sa.SmallInteger(), nullable=False),
        sa.Column("columns", sa.SmallInteger(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False, comment=cold),
        sa.Column("place", sa.Text(), nullable=False, comment="as people call it: refrigerator 2, shelf 3"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.CheckConstraint("kept IN ('room', 'cold', 'frozen', 'deep_frozen')", name=op.f("rack_kept_check")),
        sa.CheckConstraint("rows BETWEEN 1 AND 26 AND columns BETWEEN 1 AND 40", name=op.f("rack_size_check")),
        sa.PrimaryKeyConstraint("barcode", name=op.f("rack_pkey")),
    )
    op.create_index("rack_lab_idx", "rack", ["lab"])


def create_positions() -> None:
    """Tables `rack_position` and `stored_tube`: the same places, once by rack and once by tube."""
    op.create_table(
        "rack_position",
        sa.Column("rack", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False, comment="A1: row, then column"),
        sa.Column("tube", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["rack"], ["rack.barcode"], name=op.f("rack_position_rack_fkey")),
        sa.PrimaryKeyConstraint("rack", "position", name=op.f("rack_position_pkey")),
    )
    op.create_table(
        "stored_tube",
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("rack", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["rack"], ["rack.barcode"], name=op.f("stored_tube_rack_fkey")),
        sa.PrimaryKeyConstraint("barcode", name=op.f("stored_tube_pkey")),
    )


def create_retention_policy() -> None:
    """Table `retention_policy`."""
    op.create_table(
        "retention_policy",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("negative_days", sa.SmallInteger(), nullable=False),
        sa.Column("other_days", sa.SmallInteger(), nullable=False, comment="after any other result"),
        sa.Column("rejected_days", sa.SmallInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("negative_days >= 0 AND other_days >= 0 AND rejected_days >= 0", name=op.f("retention_policy_days_check")),
        sa.PrimaryKeyConstraint("valid_from", name=op.f("retention_policy_pkey")),
    )
