"""Decisions of reviewers: what was released, and what was sent back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, DateTime, ForeignKeyConstraint, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class Release(Base):
    """A result that left the lab: one per tube, resting on a call of a run in control, signed by another than its importer."""

    __tablename__ = "release"
    __table_args__ = (
        CheckConstraint("controls_passed", name="in_control"),
        CheckConstraint("imported_by <> released_by", name="two_people"),
        ForeignKeyConstraint(
            ["barcode", "run", "call", "controls_passed", "imported_by"],
            ["call.barcode", "call.run", "call.call", "call.controls_passed", "call.imported_by"],
            name="release_evidence_fkey",
        ),
        UniqueConstraint("barcode", "call", name="release_barcode_call_key"),
        Index("release_review_idx", "review"),
    )

    barcode: Mapped[str] = mapped_column(Text, primary_key=True)
    run: Mapped[UUID] = mapped_column(Uuid)
    review: Mapped[UUID] = mapped_column(Uuid, comment="the id of the reviewer's message")
    call: Mapped[str] = mapped_column(Text)
    controls_passed: Mapped[bool] = mapped_column(Boolean)
    imported_by: Mapped[str] = mapped_column(Text)
    released_by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    released_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="server time")


class Returned(Base):
    """A tube sent back to the queue: for a repeat, to be extracted again, or to be verified with another kit."""

    __tablename__ = "returned"
    __table_args__ = (
        CheckConstraint("reason IN ('repeat', 're_extraction', 'verification')", name="reason"),
        Index("returned_review_idx", "review"),
        Index("returned_at_idx", "at"),
    )

    barcode: Mapped[str] = mapped_column(Text, primary_key=True)
    review: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    run: Mapped[UUID | None] = mapped_column(Uuid, comment="null where no run had called it")
    reason: Mapped[str] = mapped_column(Text, server_default=text("'repeat'"))
    lab: Mapped[str] = mapped_column(Text)
    comment: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
