"""Extraction batches, and what made them invalid."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, ForeignKeyConstraint, Index, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class ExtractionBatch(Base):
    """What was extracted together, in the wells of one deep-well plate. Written once."""

    __tablename__ = "extraction_batch"
    __table_args__ = (
        ForeignKeyConstraint(["assay", "assay_version"], ["assay.code", "assay.version"]),
        Index("extraction_batch_lab_idx", "lab", "extracted_at"),
        Index("extraction_batch_lots_idx", "lots", postgresql_using="gin"),
    )

    barcode: Mapped[str] = mapped_column(Text, primary_key=True, comment="the deep-well plate's")
    lab: Mapped[str] = mapped_column(Text)
    assay: Mapped[str] = mapped_column(Text, comment="the assay whose controls and pool sizes it was filled by")
    assay_version: Mapped[int] = mapped_column(Integer)
    wells: Mapped[dict[str, Any]] = mapped_column(JSONB, comment='{"A1": {"tube": barcode}, "H12": {"control": role}}')
    instrument: Mapped[str] = mapped_column(Text, comment="the extractor or line, as it is called there")
    lots: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    extracted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    extracted_by: Mapped[str] = mapped_column(Text)


class ExtractionFailure(Base):
    """Why a batch is invalid: a control of it that came out wrong in a run, or what somebody saw (then without plate and run).

    A later run of the same plate speaks instead of the earlier one: `superseded_by`.
    """

    __tablename__ = "extraction_failure"
    __table_args__ = (
        CheckConstraint("(plate IS NULL) = (well = '')", name="well_of_a_plate"),
        # What somebody has declared is never taken back; what a control showed only by another run of its plate.
        CheckConstraint("superseded_by IS NULL OR (plate IS NOT NULL AND superseded_by <> cause)", name="superseded_by_a_run"),
        ForeignKeyConstraint(["superseded_by", "plate"], ["run.id", "run.plate"], name="extraction_failure_superseded_fkey"),
        Index("extraction_failure_plate_idx", "plate", postgresql_where=text("superseded_by IS NULL")),
    )

    batch: Mapped[str] = mapped_column(Text, ForeignKey("extraction_batch.barcode"), primary_key=True)
    cause: Mapped[UUID] = mapped_column(Uuid, primary_key=True, comment="the run, or the message of whoever declared it")
    well: Mapped[str] = mapped_column(Text, primary_key=True, comment="on the plate; empty where it was declared")
    plate: Mapped[str | None] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text, comment="of the run's reason, or declared")
    sentence: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    noted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="server time")
    by: Mapped[str] = mapped_column(Text)
    superseded_by: Mapped[UUID | None] = mapped_column(Uuid, comment="the next run of the plate")


class ExtractionSettlement(Base):
    """What was decided on the results that had left the lab before their batch was found invalid."""

    __tablename__ = "extraction_settlement"
    __table_args__ = (CheckConstraint("btrim(decision) <> ''", name="has_decision"),)

    batch: Mapped[str] = mapped_column(Text, ForeignKey("extraction_batch.barcode"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    decision: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    noted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="server time")
    by: Mapped[str] = mapped_column(Text)
