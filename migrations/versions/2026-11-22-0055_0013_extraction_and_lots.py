"""Extraction batches, lots, verification

Why: what was extracted together stands or falls together, across plates; what a plate used must be found again by its lot; a
positive is verified with a kit that shares no target. A map may be changed until its plate is run, and nothing else of a plate.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

REASONS = "IN ('repeat', 're_extraction', 'verification')"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    create_verification()
    create_lot()
    create_extraction_batch()
    create_extraction_failure()
    create_extraction_settlement()
    widen_tube()
    widen_plate()
    widen_returned()
    op.execute("GRANT SELECT ON verification TO lims_field, lims_bench")
    op.execute("GRANT SELECT, INSERT, UPDATE (opened_at, opened_by) ON lot TO lims_bench")
    op.execute("GRANT SELECT, INSERT ON extraction_batch, extraction_settlement TO lims_bench")
    op.execute("GRANT SELECT, INSERT, UPDATE (superseded_by) ON extraction_failure TO lims_bench")
    op.execute("GRANT UPDATE (wells, batches) ON plate TO lims_bench")


def create_verification() -> None:
    """Table `verification`."""
    op.create_table(
        "verification",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("calls", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False, comment="not released before"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("valid_from", name=op.f("verification_pkey")),
    )


def create_lot() -> None:
    """Table `lot`."""
    op.create_table(
        "lot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("assay", sa.Text(), nullable=True, comment="of an amplification kit"),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False, comment="the last day it may be used on"),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_by", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('extraction_kit', 'amplification_kit', 'control_material')", name=op.f("lot_kind_check")),
        sa.CheckConstraint("(kind = 'amplification_kit') = (assay IS NOT NULL)", name=op.f("lot_kit_has_assay_check")),
        sa.CheckConstraint("(opened_at IS NULL) = (opened_by IS NULL)", name=op.f("lot_opened_by_somebody_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("lot_pkey")),
        sa.UniqueConstraint("lab", "kind", "product", "number", name="lot_number_key"),
    )


def create_extraction_batch() -> None:
    """Table `extraction_batch`."""
    op.create_table(
        "extraction_batch",
        sa.Column("barcode", sa.Text(), nullable=False, comment="the deep-well plate's"),
        sa.Column("lab", sa.Text(), nullable=False),
        sa.Column("assay", sa.Text(), nullable=False, comment="the assay whose controls and pool sizes it was filled by"),
        sa.Column("assay_version", sa.Integer(), nullable=False),
        sa.Column("wells", postgresql.JSONB(), nullable=False, comment='{"A1": {"tube": barcode}, "H12": {"control": role}}'),
        sa.Column("instrument", sa.Text(), nullable=False, comment="the extractor or line, as it is called there"),
        sa.Column("lots", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("extracted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("extracted_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assay", "assay_version"], ["assay.code", "assay.version"], name=op.f("extraction_batch_assay_assay_version_fkey")
        ),
        sa.PrimaryKeyConstraint("barcode", name=op.f("extraction_batch_pkey")),
    )
    op.create_index("extraction_batch_lab_idx", "extraction_batch", ["lab", "extracted_at"])
    op.create_index("extraction_batch_lots_idx", "extraction_batch", ["lots"], postgresql_using="gin")


def create_extraction_failure() -> None:
    """Table `extraction_failure`."""
    op.create_table(
        "extraction_failure",
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("cause", sa.Uuid(), nullable=False, comment="the run, or the message of whoever declared it"),
        sa.Column("well", sa.Text(), nullable=False, comment="on the plate; empty where it was declared"),
        sa.Column("plate", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False, comment="of the run's reason, or declared"),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False, comment="server time"),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("superseded_by", sa.Uuid(), nullable=True, comment="the next run of the plate"),
        sa.CheckConstraint("(plate IS NULL) = (well = '')", name=op.f("extraction_failure_well_of_a_plate_check")),
        sa.ForeignKeyConstraint(["batch"], ["extraction_batch.barcode"], name=op.f("extraction_failure_batch_fkey")),
        sa.PrimaryKeyConstraint("batch", "cause", "well", name=op.f("extraction_failure_pkey")),
    )
    op.create_index("extraction_failure_plate_idx", "extraction_failure", ["plate"], postgresql_where=sa.text("superseded_by IS NULL"))


def create_extraction_settlement() -> None:
    """Table `extraction_settlement`."""
    op.create_table(
        "extraction_settlement",
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False, comment="server time"),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("btrim(decision) <> ''", name=op.f("extraction_settlement_has_decision_check")),
        sa.ForeignKeyConstraint(["batch"], ["extraction_batch.barcode"], name=op.f("extraction_settlement_batch_fkey")),
        sa.PrimaryKeyConstraint("batch", "id", name=op.f("extraction_settlement_pkey")),
    )


def widen_tube() -> None:
    """Where a tube's eluate lies, and why it waits once more."""
    op.add_column("tube", sa.Column("batch", sa.Text(), nullable=True, comment="the extraction batch in which its eluate lies"))
    op.add_column("tube", sa.Column("repeat_reason", sa.Text(), nullable=True, comment="why it was sent back last"))
    op.add_column("tube", sa.Column("repeat_assay", sa.Text(), nullable=True, comment="the assay that called it when it was sent back"))
    op.create_check_constraint(op.f("tube_repeat_reason_check"), "tube", f"repeat_reason {REASONS}")
    op.create_index("tube_batch_idx", "tube", ["batch"], postgresql_where=sa.text("batch IS NOT NULL"))


def widen_plate() -> None:
    """What a plate was made of."""
    op.add_column(
        "plate",
        sa.Column(
            "batches",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="the extraction batches in its wells",
        ),
    )
    op.add_column("plate", sa.Column("lots", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False))
    op.alter_column(
        "plate",
        "wells",
        existing_type=postgresql.JSONB(),
        existing_nullable=False,
        comment='{"A1": {"tube": barcode}, "H12": {"control": role}}, with batch and from',
    )
    op.create_index("plate_batches_idx", "plate", ["batches"], postgresql_using="gin")
    op.create_index("plate_lots_idx", "plate", ["lots"], postgresql_using="gin")


def widen_returned() -> None:
    """Why a tube was sent back, also where no run had called it."""
    op.alter_column("returned", "run", existing_type=sa.Uuid(), nullable=True, comment="null where no run had called it")
    op.add_column("returned", sa.Column("reason", sa.Text(), server_default=sa.text("'repeat'"), nullable=False))
    op.create_check_constraint(op.f("returned_reason_check"), "returned", f"reason {REASONS}")
