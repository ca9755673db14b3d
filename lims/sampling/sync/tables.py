"""What devices sent and what could not simply be taken: kept raw, with the reason."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class Inbox(Base):
    """A tube as it was sent, encrypted, where its outcome was held, conflict or refused."""

    __tablename__ = "inbox"
    __table_args__ = (
        CheckConstraint("outcome IN ('held', 'conflict', 'refused')", name="outcome"),
        CheckConstraint("(outcome = 'held') = (waits_for IS NOT NULL)", name="held_for_something"),
        CheckConstraint("(resolved_at IS NULL) = (resolution IS NULL)", name="resolved_somehow"),
        Index("inbox_waits_for_idx", "waits_for", postgresql_where=text("resolved_at IS NULL AND waits_for IS NOT NULL")),
        Index("inbox_conflict_idx", "site", "received_at", postgresql_where=text("resolved_at IS NULL AND outcome = 'conflict'")),
    )

    barcode: Mapped[str] = mapped_column(Text, primary_key=True, comment="as sent, cut to 100 characters")
    digest: Mapped[bytes] = mapped_column(
        BYTEA, primary_key=True, comment="keyed hash of device and raw content: the same words are kept once"
    )
    id: Mapped[UUID] = mapped_column(Uuid, comment="names this entry to a supervisor")
    record_id: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(Integer)
    device: Mapped[str] = mapped_column(Text)
    site: Mapped[str | None] = mapped_column(Text)
    sent_by: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)
    waits_for: Mapped[str | None] = mapped_column(Text, comment="the tube whose registration frees it")
    raw: Mapped[bytes] = mapped_column(BYTEA, comment="the tube's JSON, encrypted")
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    resolution: Mapped[str | None] = mapped_column(Text, comment="applied, keep_stored or take_this")
    resolved_by: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
