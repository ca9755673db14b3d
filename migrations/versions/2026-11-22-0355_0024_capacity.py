"""What labs can do as data, the sampling plan, and diversions

Why: how much a lab can test follows from what it works with and when it is open; whether it overflows tomorrow, from where everybody
stands and what is to be collected. What a lab declares may be declared anew on a page: such a version is only ever added, so requests
may insert one and nothing else. A diversion is kept with its inputs; its boxes know where they are sent now.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    for table, said in (("site", "degrees, WGS 84, as of every place"), ("lab", None)):
        op.add_column(table, sa.Column("latitude", sa.Double(), comment=said))
        op.add_column(table, sa.Column("longitude", sa.Double()))
    version_what_is_declared()
    create_resources()
    create_openings_and_moves()
    create_sampling_plan()
    create_diversion()
    op.add_column("box", sa.Column("directed_to", sa.Text(), comment="the lab that an accepted diversion sends it to"))
    op.add_column("box", sa.Column("directed_at", TIME))
    op.execute("GRANT SELECT ON lab_resources, lab_opening, lab_move, sampling_plan TO lims_field, lims_bench")
    op.execute("GRANT INSERT ON lab_capacity TO lims_bench")
    op.execute("GRANT SELECT, INSERT, UPDATE (accepted_at, accepted_by) ON diversion TO lims_bench")


def version_what_is_declared() -> None:
    """Table `lab_capacity`: several versions for one day."""
    op.add_column("lab_capacity", sa.Column("version", sa.SmallInteger(), server_default=sa.text("1"), nullable=False))
    op.add_column("lab_capacity", sa.Column("declared_by", sa.Text()))
    op.add_column("lab_capacity", sa.Column("declared_at", TIME))
    op.add_column("lab_capacity", sa.Column("why", sa.Text()))
    op.drop_constraint(op.f("lab_capacity_pkey"), "lab_capacity")
    op.create_primary_key(op.f("lab_capacity_pkey"), "lab_capacity", ["lab", "valid_from", "version"])


def create_resources() -> None:
    """Table `lab_resources`."""
    counts = "extraction_lines >= 0 AND cyclers >= 0 AND control_wells >= 0 AND tubes_per_person >= 0"
    op.create_table(
        "lab_resources",
        sa.Column("lab", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("extraction_lines", sa.SmallInteger(), nullable=True, comment="null where nothing is extracted"),
        sa.Column("extraction_wells", sa.SmallInteger(), nullable=False),
        sa.Column("extraction_minutes", sa.SmallInteger(), nullable=False, comment="of one batch, with loading"),
        sa.Column("cyclers", sa.SmallInteger(), nullable=False),
        sa.Column("cycler_wells", sa.SmallInteger(), nullable=False),
        sa.Column("run_minutes", sa.SmallInteger(), nullable=False, comment="of one plate, with loading"),
        sa.Column("control_wells", sa.SmallInteger(), nullable=False),
        sa.Column("tubes_per_person", sa.SmallInteger(), nullable=False, comment="in a shift"),
        sa.Column("shifts", postgresql.JSONB(), nullable=False, comment="starts, ends, staff; empty where staff does not matter"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint(counts, name=op.f("lab_resources_counts_check")),
        sa.CheckConstraint("extraction_minutes > 0 AND run_minutes > 0", name=op.f("lab_resources_minutes_check")),
        sa.CheckConstraint("extraction_wells > control_wells AND cycler_wells > control_wells", name=op.f("lab_resources_wells_check")),
        sa.ForeignKeyConstraint(["lab"], ["lab.code"], name=op.f("lab_resources_lab_fkey")),
        sa.PrimaryKeyConstraint("lab", "valid_from", name=op.f("lab_resources_pkey")),
    )


def create_openings_and_moves() -> None:
    """Tables `lab_opening` and `lab_move`."""
    op.create_table(
        "lab_opening",
        sa.Column("lab", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("hours", postgresql.JSONB(), nullable=False, comment="weekdays (Monday is 1), opens, closes"),
        sa.ForeignKeyConstraint(["lab"], ["lab.code"], name=op.f("lab_opening_lab_fkey")),
        sa.PrimaryKeyConstraint("lab", "valid_from", name=op.f("lab_opening_pkey")),
    )
    op.create_table(
        "lab_move",
        sa.Column("lab", sa.Text(), nullable=False),
        sa.Column("leaves_at", TIME, nullable=False),
        sa.Column("works_from", TIME, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.CheckConstraint("works_from >= leaves_at", name=op.f("lab_move_arrives_later_check")),
        sa.ForeignKeyConstraint(["lab"], ["lab.code"], name=op.f("lab_move_lab_fkey")),
        sa.PrimaryKeyConstraint("lab", "leaves_at", name=op.f("lab_move_pkey")),
    )


def create_sampling_plan() -> None:
    """Table `sampling_plan`."""
    op.create_table(
        "sampling_plan",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tubes_by_hour", postgresql.ARRAY(sa.Integer()), nullable=False, comment="24 numbers, of midnight first"),
        sa.CheckConstraint("cardinality(tubes_by_hour) = 24", name=op.f("sampling_plan_hours_check")),
        sa.ForeignKeyConstraint(["site"], ["site.code"], name=op.f("sampling_plan_site_fkey")),
        sa.PrimaryKeyConstraint("site", "day", name=op.f("sampling_plan_pkey")),
    )


def create_diversion() -> None:
    """Table `diversion`."""
    op.create_table(
        "diversion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(), nullable=False, comment="boxes and labs as the solver was given them"),
        sa.Column("moves", postgresql.JSONB(), nullable=False, comment="box, from, to, tubes, km"),
        sa.Column("without_place", postgresql.JSONB(), nullable=False, comment="boxes that no lab has room for in time"),
        sa.Column("accepted_at", TIME, nullable=True),
        sa.Column("accepted_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(accepted_at IS NULL) = (accepted_by IS NULL)", name=op.f("diversion_accepted_by_somebody_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("diversion_pkey")),
    )
    op.create_index("diversion_made_at_idx", "diversion", ["made_at"], unique=False)
