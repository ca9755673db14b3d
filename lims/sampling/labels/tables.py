"""Label codes that were given out, and blocks of serial numbers that sites hold."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, Integer, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class LabelBlock(Base):
    """Serial numbers that a site has taken from the common store and not all given out: sites do not wait for each other."""

    __tablename__ = "label_block"
    __table_args__ = (
        CheckConstraint("next_serial <= last_serial + 1", name="within"),
        Index("label_block_site_idx", "site", postgresql_where=text("next_serial <= last_serial")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    site: Mapped[str] = mapped_column(Text)
    next_serial: Mapped[int] = mapped_column(BigInteger)
    last_serial: Mapped[int] = mapped_column(BigInteger)


class LabelRange(Base):
    """A run of codes of one kind given out once. That no two runs share a serial, whatever their kind, is the database's own rule."""

    __tablename__ = "label_range"
    __table_args__ = (
        CheckConstraint("first_serial <= last_serial", name="not_empty"),
        ExcludeConstraint(
            (func.int8range(text("first_serial"), text("last_serial"), text("'[]'")), "&&"), name="label_range_never_twice", using="gist"
        ),
        Index("label_range_reserved_at_idx", "reserved_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    site: Mapped[str] = mapped_column(Text)
    first_serial: Mapped[int] = mapped_column(BigInteger)
    last_serial: Mapped[int] = mapped_column(BigInteger)
    reserved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reserved_by: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text, server_default=text("'tube'"))
    prints: Mapped[int] = mapped_column(Integer, server_default=text("0"))
