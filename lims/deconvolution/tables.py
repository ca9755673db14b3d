"""What people decide about cases. A case itself is not stored: it follows from calls, releases and single tubes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, SmallInteger, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class Contact(Base):
    """Something noted of a member: called, not reached, refused, moved away, taken over by the site that he moved to."""

    __tablename__ = "case_contact"
    __table_args__ = (
        CheckConstraint("event IN ('notified', 'unreachable', 'refused', 'transferred', 'accepted')", name="event"),
        CheckConstraint("event = 'transferred' OR (to_site IS NULL AND to_place IS NULL)", name="handed_over_when_transferred"),
        Index("case_contact_at_idx", "barcode", "position", "at"),
        Index("case_contact_to_site_idx", "to_site", postgresql_where=text("to_site IS NOT NULL")),
    )

    barcode: Mapped[str] = mapped_column(Text, primary_key=True, comment="the reactive tube: a case has its tube's code")
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, comment="the id of the message")
    position: Mapped[int] = mapped_column(SmallInteger)
    event: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    to_site: Mapped[str | None] = mapped_column(Text, comment="the site of ours that takes a transferred member over")
    to_place: Mapped[str | None] = mapped_column(Text, comment="the city or authority that takes a transferred member over")
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[str] = mapped_column(Text)


class Closure(Base):
    """A reviewer's word that a case is over (odd numbers), or that it is open again (even ones): the last counts.

    A number left out between two closings is a case that was open again by itself, because of people whom the first did not answer for.
    """

    __tablename__ = "case_closure"
    __table_args__ = (
        CheckConstraint("outcome IN ('cleared', 'unresolved', 'confirmed', 'reopened')", name="outcome"),
        CheckConstraint("(outcome = 'reopened') = (number % 2 = 0)", name="closed_and_reopened_in_turn"),
        CheckConstraint("btrim(reason) <> ''", name="has_reason"),
    )

    barcode: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False, server_default=text("1"))
    id: Mapped[UUID] = mapped_column(Uuid)
    outcome: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    checks: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'"), comment="what was looked into, and what was found")
    answered_for: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid), server_default=text("'{}'"), comment="the people who were registered in the tube when it was closed"
    )
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[str] = mapped_column(Text)
