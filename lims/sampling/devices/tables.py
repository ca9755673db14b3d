"""Devices that were set up for a site."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class Device(Base):
    """A phone or scanner of a site. It is never deleted: what it sent names it."""

    __tablename__ = "device"
    __table_args__ = (
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_somebody"),
        CheckConstraint("(set_up_at IS NULL) = (token_digest IS NULL)", name="set_up_with_token"),
        UniqueConstraint("code"),
        UniqueConstraint("token_digest"),
        Index("device_site_idx", "site", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    code: Mapped[str] = mapped_column(Text, comment="what stands in the `device` of its messages")
    name: Mapped[str] = mapped_column(Text)
    site: Mapped[str] = mapped_column(Text, ForeignKey("site.code"))
    link_number: Mapped[int] = mapped_column(Integer, comment="how many links there were: only the last one opens")
    link_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), comment="null once the link was used")
    token_digest: Mapped[bytes | None] = mapped_column(BYTEA, comment="SHA-256 of what the device carries")
    set_up_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_seen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[str] = mapped_column(Text)
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_by: Mapped[str | None] = mapped_column(Text)
