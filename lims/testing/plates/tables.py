"""Plates."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKeyConstraint, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class Plate(Base):
    """One plate: its map, and the assay version its tubes will be judged by. The map is written once."""

    __tablename__ = "plate"
    __table_args__ = (
        ForeignKeyConstraint(["assay", "assay_version"], ["assay.code", "assay.version"]),
        Index("plate_lab_laid_at_idx", "lab", "laid_at"),
    )

    barcode: Mapped[str] = mapped_column(Text, primary_key=True)
    lab: Mapped[str] = mapped_column(Text)
    assay: Mapped[str] = mapped_column(Text)
    assay_version: Mapped[int] = mapped_column(Integer)
    wells: Mapped[dict[str, Any]] = mapped_column(JSONB, comment='{"A1": {"tube": barcode}, "H12": {"control": role}}')
    laid_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    laid_by: Mapped[str] = mapped_column(Text)
