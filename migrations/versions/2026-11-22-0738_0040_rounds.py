"""Rounds of screening

Why: whether a round has reached everybody is asked first, and nobody could say of how many: the people expected in a place are data with
versions and a source. And who was sampled for which round where is kept with the figures of days that are over; those kept so far were
counted without it and are counted anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "expected_people",
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="of what the place is the code"),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False, comment="of the round"),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("declared_by", sa.Text(), nullable=True, comment="null where a catalogue file said so"),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('area','site')", name=op.f("expected_people_kind_check")),
        sa.CheckConstraint("people > 0", name=op.f("expected_people_people_check")),
        sa.PrimaryKeyConstraint("round", "kind", "place", "version", name=op.f("expected_people_pkey")),
    )
    op.create_index("expected_people_first_day_idx", "expected_people", ["first_day"])
    op.create_table(
        "kept_round",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("tubes", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["day"], ["kept_day.day"], name=op.f("kept_round_day_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("day", "round", "site", name=op.f("kept_round_pkey")),
    )
    op.execute("DELETE FROM kept_day")
    op.execute("GRANT SELECT ON expected_people, kept_round TO lims_field, lims_bench, lims_reports")
    op.execute("GRANT INSERT ON expected_people TO lims_bench")
