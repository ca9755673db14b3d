"""Plates."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Index, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class Plate(Base):
    """One plate: its map, and the assay version its tubes will be judged by. The map changes only until the plate's first run."""

    __tablename__ = "plate"
    __table_args__ = (
        ForeignKeyConstraint(["assay", "assay_version"], ["assay.code", "assay.version"]),
        Index("plate_lab_laid_at_idx", "lab", "laid_at"),
        Index("plate_batches_idx", "batches", postgresql_using="gin"),
        Index("plate_lots_idx", "lots", postgresql_using="gin"),
    )

    barcode: Mapped[str] = mapped_column(Text, primary_key=True)
    lab: Mapped[str] = mapped_column(Text)
    assay: Mapped[str] = mapped_column(Text)
    assay_version: Mapped[int] = mapped_column(Integer)
    wells: Mapped[dict[str, Any]] = mapped_column(JSONB, comment='{"A1": {"tube": barcode}, "H12": {"control": role}}, with batch and from')
    batches: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), comment="the extraction batches in its wells")
    lots: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default=text("'{}'"))
    laid_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    laid_by: Mapped[str] = mapped_column(Text)
