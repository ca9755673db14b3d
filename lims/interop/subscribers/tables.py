"""Subscribers, what each is to be told, and every attempt."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base

TIME = DateTime(timezone=True)


class Subscriber(Base):
    """Somewhere that notices go. It is never deleted: the log names it."""

    __tablename__ = "subscriber"
    __table_args__ = (
        CheckConstraint("(stopped_at IS NULL) = (stopped_for IS NULL)", name="stopped_for_a_reason"),
        CheckConstraint("(old_secret IS NULL) = (old_secret_until IS NULL)", name="old_secret_until_a_time"),
    )

    number: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    address: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(Text, comment="what of the address may be shown")
    secret: Mapped[bytes] = mapped_column(BYTEA, comment="encrypted")
    old_secret: Mapped[bytes | None] = mapped_column(BYTEA, comment="encrypted; the one before, which signs beside it for a while")
    old_secret_until: Mapped[datetime | None] = mapped_column(TIME)
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="of notices; none: all")
    area: Mapped[str | None] = mapped_column(Text, comment="it and all within it; null: everywhere")
    audience: Mapped[str | None] = mapped_column(Text, comment="as whom case policies name it; null: told whomever they name")
    added_at: Mapped[datetime] = mapped_column(TIME)
    added_by: Mapped[str] = mapped_column(Text)
    added_as: Mapped[UUID | None] = mapped_column(Uuid, comment="the id of the message that added it")
    stopped_at: Mapped[datetime | None] = mapped_column(TIME)
    stopped_for: Mapped[str | None] = mapped_column(Text)


class Delivery(Base):
    """A notice on its way to a subscriber, kept after it has arrived."""

    __tablename__ = "delivery"
    __table_args__ = (
        PrimaryKeyConstraint("subscriber", "notice"),
        Index("delivery_due_idx", "due_at", postgresql_where=text("delivered_at IS NULL")),
        Index("delivery_order_idx", "subscriber", "barcode", "notice", postgresql_where=text("delivered_at IS NULL")),
    )

    subscriber: Mapped[int] = mapped_column(Integer, ForeignKey("subscriber.number"))
    notice: Mapped[int] = mapped_column(BigInteger, ForeignKey("notice.number"))
    barcode: Mapped[str] = mapped_column(Text, comment="the notice's case: its notices arrive in their order")
    failures: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), comment="since it was set going")
    due_at: Mapped[datetime] = mapped_column(TIME, comment="not tried before; while it is tried, when it is tried again should we die")
    delivered_at: Mapped[datetime | None] = mapped_column(TIME)


class DeliveryAttempt(Base):
    """One line of the log."""

    __tablename__ = "delivery_attempt"
    __table_args__ = (Index("delivery_attempt_subscriber_idx", "subscriber", "number"),)

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    subscriber: Mapped[int] = mapped_column(Integer, ForeignKey("subscriber.number"))
    notice: Mapped[int] = mapped_column(BigInteger, ForeignKey("notice.number"))
    at: Mapped[datetime] = mapped_column(TIME)
    status: Mapped[int | None] = mapped_column(SmallInteger, comment="of the answer; null where there was none")
    milliseconds: Mapped[int] = mapped_column(Integer)
    said: Mapped[str] = mapped_column(Text, comment="why it failed")
