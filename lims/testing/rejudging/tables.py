"""Readings judged again: what was asked, and every result that would be another."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class Rejudgement(Base):
    """One comparison: the released results of a lab and days, by another version of their assay."""

    __tablename__ = "rejudgement"
    __table_args__ = (
        CheckConstraint("btrim(reason) <> ''", name="has_reason"),
        UniqueConstraint("id", "started_by", name="rejudgement_started_key"),
        Index("rejudgement_lab_idx", "lab", "started_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    lab: Mapped[str] = mapped_column(Text)
    assay: Mapped[str] = mapped_column(Text)
    from_version: Mapped[int] = mapped_column(Integer)
    to_version: Mapped[int] = mapped_column(Integer)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    runs: Mapped[int] = mapped_column(Integer)
    tubes: Mapped[int] = mapped_column(Integer, comment="results that were compared")
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    started_by: Mapped[str] = mapped_column(Text)


class Rejudged(Base):
    """A released result that would be another; decided on by somebody else than who asked."""

    __tablename__ = "rejudged"
    __table_args__ = (
        CheckConstraint("was <> call", name="differs"),
        CheckConstraint("decision IN ('applied', 'rejected')", name="decision"),
        CheckConstraint("decision IS DISTINCT FROM 'applied' OR controls_passed", name="in_control"),
        CheckConstraint("decided_by <> started_by", name="two_people"),
        CheckConstraint("(decision IS NULL) = (decided_by IS NULL)", name="decided_by_somebody"),
        ForeignKeyConstraint(["rejudgement", "started_by"], ["rejudgement.id", "rejudgement.started_by"], name="rejudged_started_fkey"),
        Index("rejudged_rejudgement_idx", "rejudgement"),
    )

    barcode: Mapped[str] = mapped_column(Text, primary_key=True)
    rejudgement: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    run: Mapped[UUID] = mapped_column(Uuid)
    well: Mapped[str] = mapped_column(Text)
    was: Mapped[str] = mapped_column(Text)
    call: Mapped[str] = mapped_column(Text)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    controls_passed: Mapped[bool] = mapped_column(Boolean, comment="by the new version")
    started_by: Mapped[str] = mapped_column(Text)
    decision: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    why: Mapped[str | None] = mapped_column(Text)
