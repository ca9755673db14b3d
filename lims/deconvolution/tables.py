"""What people decide about cases. A case itself is not stored: it follows from calls, releases and single tubes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, SmallInteger, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class Contact(Base):
    """Something noted of a member: called, not reached, refused, moved away."""

    __tablename__ = "case_contact"
    __table_args__ = (
        CheckConstraint("event IN ('notified', 'unreachable', 'refused', 'transferred')", name="event"),
        Index("case_contact_at_idx", "barcode", "position", "at"),
    )

    barcode: Mapped[str] = mapped_column(Text, primary_key=True, comment="the reactive tube: a case has its tube's code")
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, comment="the id of the message")
    position: Mapped[int] = mapped_column(SmallInteger)
    event: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[str] = mapped_column(Text)


class Closure(Base):
    """A reviewer's word that a case is over."""

    __tablename__ = "case_closure"
    __table_args__ = (
        CheckConstraint("outcome IN ('cleared', 'unresolved', 'confirmed')", name="outcome"),
        CheckConstraint("btrim(reason) <> ''", name="has_reason"),
    )

    barcode: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid)
    outcome: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[str] = mapped_column(Text)
