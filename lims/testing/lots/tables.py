"""Lots."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class LotRow(Base):
    """A lot as it was received; the one that was opened last is the lab's current one."""

    __tablename__ = "lot"
    __table_args__ = (
        UniqueConstraint("lab", "kind", "product", "number", name="lot_number_key"),
        CheckConstraint("kind IN ('extraction_kit', 'amplification_kit', 'control_material')", name="kind"),
        CheckConstraint("(kind = 'amplification_kit') = (assay IS NOT NULL)", name="kit_has_assay"),
        CheckConstraint("(opened_at IS NULL) = (opened_by IS NULL)", name="opened_by_somebody"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    lab: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    product: Mapped[str] = mapped_column(Text)
    assay: Mapped[str | None] = mapped_column(Text, comment="of an amplification kit")
    number: Mapped[str] = mapped_column(Text)
    expires_on: Mapped[date] = mapped_column(Date, comment="the last day it may be used on")
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    received_by: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    opened_by: Mapped[str | None] = mapped_column(Text)
