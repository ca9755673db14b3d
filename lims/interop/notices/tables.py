"""Notices, who took note of them, and how far the trail has been read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class Notice(Base):
    """Something that the health authority is told, and never told twice. Only who is told may grow, as its people become known."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("id"),
        UniqueConstraint("barcode", "kind", "position", "outcome", "occasion", name="notice_told_once_key"),
        CheckConstraint("position >= 0", name="position"),
        Index("notice_lab_idx", "lab", "number"),
        Index("notice_site_idx", "site", "number"),
        Index("notice_first_told_idx", "told_at", postgresql_where=text("kind = 'case.preliminary'")),
    )

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, comment="the order in which they were told")
    id: Mapped[UUID] = mapped_column(Uuid, comment="the same however often it is sent")
    barcode: Mapped[str] = mapped_column(Text, comment="the case's tube")
    kind: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(SmallInteger, comment="0 where it is of no single member")
    outcome: Mapped[str] = mapped_column(Text, comment="of a closing, or of what is open again by itself; empty otherwise")
    occasion: Mapped[int] = mapped_column(SmallInteger, comment="how often results of the case had been amended, or the case reopened")
    decision: Mapped[int] = mapped_column(
        SmallInteger, server_default=text("0"), comment="the reviewer's decision that it tells, or that came to nothing by itself; 0: none"
    )
    lab: Mapped[str] = mapped_column(Text)
    site: Mapped[str | None] = mapped_column(Text)
    area: Mapped[str | None] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="as programs are told")
    tell: Mapped[list[str]] = mapped_column(
        ARRAY(Text), server_default=text("'{}'"), comment="whom the case's policy names; none: everybody"
    )
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="when it happened")
    told_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="server time")


class NoticeSeen(Base):
    """Somebody took note."""

    __tablename__ = "notice_seen"
    __table_args__ = (PrimaryKeyConstraint("notice", "by"),)

    notice: Mapped[int] = mapped_column(BigInteger, ForeignKey("notice.number"))
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class NoticeDue(Base):
    """A tube that the trail says something of, until what there is to tell of it is told."""

    __tablename__ = "notice_due"
    __table_args__ = (Index("notice_due_family_idx", "family", "barcode"),)

    barcode: Mapped[str] = mapped_column(Text, primary_key=True)
    family: Mapped[str] = mapped_column(Text, comment="the tube that it answers or went into, or itself: these are told of together")


class NoticeReader(Base):
    """Up to which seal the trail has been read for notices; one row."""

    __tablename__ = "notice_reader"
    __table_args__ = (CheckConstraint("one", name="one_row"),)

    one: Mapped[bool] = mapped_column(primary_key=True)
    seal: Mapped[int] = mapped_column(BigInteger)
