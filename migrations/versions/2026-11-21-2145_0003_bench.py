"""Plates, runs, calls, releases, cases

Why: the testing end; that no result leaves without evidence and two people is written into the constraints.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    create_plate()
    create_run_file()
    create_run()
    create_reading()
    create_call()
    create_release()
    create_returned()
    create_case_contact()
    create_case_closure()


def create_plate() -> None:
    """Table `plate`."""
    op.create_table(
        "plate",
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("lab", sa.Text(), nullable=False),
        sa.Column("assay", sa.Text(), nullable=False),
        sa.Column("assay_version", sa.Integer(), nullable=False),
        sa.Column(
            "wells", postgresql.JSONB(astext_type=Text()), nullable=False, comment='{"A1": {"tube": barcode}, "H12": {"control": role}}'
        ),
        sa.Column("laid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("laid_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["assay", "assay_version"], ["assay.code", "assay.version"], name=op.f("plate_assay_assay_version_fkey")),
        sa.PrimaryKeyConstraint("barcode", name=op.f("plate_pkey")),
    )
    op.create_index("plate_lab_laid_at_idx", "plate", ["lab", "laid_at"], unique=False)


def create_run_file() -> None:
    """Table `run_file`."""
    op.create_table(
        "run_file",
        sa.Column("sha256", postgresql.BYTEA(), nullable=False),
        sa.Column("content", postgresql.BYTEA(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("run_file_pkey")),
    )


def create_run() -> None:
    """Table `run`."""
    op.create_table(
        "run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("sha256", postgresql.BYTEA(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=True),
        sa.Column("controls_passed", sa.Boolean(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("readings", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when it was read out, as told"),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False, comment="server time"),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.CheckConstraint("readings > 0", name=op.f("run_has_readings_check")),
        sa.ForeignKeyConstraint(["plate"], ["plate.barcode"], name=op.f("run_plate_fkey")),
        sa.ForeignKeyConstraint(["sha256"], ["run_file.sha256"], name=op.f("run_sha256_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("run_pkey")),
        sa.UniqueConstraint("id", "controls_passed", "imported_by", name="run_evidence_key"),
        sa.UniqueConstraint("plate", "sha256", name=op.f("run_plate_sha256_key")),
    )


def create_reading() -> None:
    """Table `reading`."""
    op.create_table(
        "reading",
        sa.Column("day", sa.Date(), nullable=False, comment="UTC day of the run's import"),
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("run", sa.Uuid(), nullable=False),
        sa.Column("well", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("ct", sa.Double(), nullable=True),
        sa.CheckConstraint("ct > 0", name=op.f("reading_ct_check")),
        sa.PrimaryKeyConstraint("barcode", "run", "well", "target", "day", name=op.f("reading_pkey")),
        postgresql_partition_by="RANGE (day)",
    )
    op.execute("CREATE TABLE reading_pdefault PARTITION OF reading DEFAULT")


def create_call() -> None:
    """Table `call`."""
    op.create_table(
        "call",
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("run", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("well", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False, comment="a target whose reading is stored: no call without one"),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(Text()), nullable=False),
        sa.Column("assay", sa.Text(), nullable=False),
        sa.Column("assay_version", sa.Integer(), nullable=False),
        sa.Column("controls_passed", sa.Boolean(), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("pooled_in", sa.Text(), nullable=True, comment="the aliquot pool whose well this was, for a member of one"),
        sa.CheckConstraint("call IN ('negative', 'positive', 'inconclusive', 'invalid')", name=op.f("call_call_check")),
        sa.ForeignKeyConstraint(
            ["barcode", "run", "well", "evidence", "day"],
            ["reading.barcode", "reading.run", "reading.well", "reading.target", "reading.day"],
            name="call_reading_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["run", "controls_passed", "imported_by"], ["run.id", "run.controls_passed", "run.imported_by"], name="call_run_fkey"
        ),
        sa.PrimaryKeyConstraint("barcode", "run", name=op.f("call_pkey")),
        sa.UniqueConstraint("barcode", "run", "call", "controls_passed", "imported_by", name="call_evidence_key"),
    )
    op.create_index(
        "call_reactive_idx", "call", ["barcode"], unique=False, postgresql_where=sa.text("call <> 'negative' AND controls_passed")
    )
    op.create_index("call_run_idx", "call", ["run"], unique=False)


def create_release() -> None:
    """Table `release`."""
    op.create_table(
        "release",
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("run", sa.Uuid(), nullable=False),
        sa.Column("review", sa.Uuid(), nullable=False, comment="the id of the reviewer's message"),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("controls_passed", sa.Boolean(), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("released_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False, comment="server time"),
        sa.CheckConstraint("controls_passed", name=op.f("release_in_control_check")),
        sa.CheckConstraint("imported_by <> released_by", name=op.f("release_two_people_check")),
        sa.ForeignKeyConstraint(
            ["barcode", "run", "call", "controls_passed", "imported_by"],
            ["call.barcode", "call.run", "call.call", "call.controls_passed", "call.imported_by"],
            name="release_evidence_fkey",
        ),
        sa.PrimaryKeyConstraint("barcode", name=op.f("release_pkey")),
    )
    op.create_index("release_review_idx", "release", ["review"], unique=False)


def create_returned() -> None:
    """Table `returned`."""
    op.create_table(
        "returned",
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("review", sa.Uuid(), nullable=False),
        sa.Column("run", sa.Uuid(), nullable=False),
        sa.Column("lab", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("barcode", "review", name=op.f("returned_pkey")),
    )
    op.create_index("returned_at_idx", "returned", ["at"], unique=False)
    op.create_index("returned_review_idx", "returned", ["review"], unique=False)


def create_case_contact() -> None:
    """Table `case_contact`."""
    op.create_table(
        "case_contact",
        sa.Column("barcode", sa.Text(), nullable=False, comment="the reactive tube: a case has its tube's code"),
        sa.Column("id", sa.Uuid(), nullable=False, comment="the id of the message"),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("event IN ('notified', 'unreachable', 'refused', 'transferred')", name=op.f("case_contact_event_check")),
        sa.PrimaryKeyConstraint("barcode", "id", name=op.f("case_contact_pkey")),
    )
    op.create_index("case_contact_at_idx", "case_contact", ["barcode", "position", "at"], unique=False)


def create_case_closure() -> None:
    """Table `case_closure`."""
    op.create_table(
        "case_closure",
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("case_closure_has_reason_check")),
        sa.CheckConstraint("outcome IN ('cleared', 'unresolved', 'confirmed')", name=op.f("case_closure_outcome_check")),
        sa.PrimaryKeyConstraint("barcode", name=op.f("case_closure_pkey")),
    )
