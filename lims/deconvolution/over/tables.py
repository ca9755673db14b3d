"""Which cases were closed when the trail was last read. Everything here follows from other tables and may be lost."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class OverCase(Base):
    """A case that was closed as far as the trail has been read; and the single tubes of it that were not negative."""

    __tablename__ = "case_over"

    barcode: Mapped[str] = mapped_column(Text, primary_key=True, comment="the case's tube, or a single of it that was not negative")
    closed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answered_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="when the last of its people had a result; null where somebody has none, or nobody looked"
    )


class OverRead(Base):
    """Up to which transaction the trail has been read for these; one row."""

    __tablename__ = "case_over_read"
    __table_args__ = (CheckConstraint("one", name="one_row"),)

    one: Mapped[bool] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(SmallInteger)
    txid: Mapped[int] = mapped_column(BigInteger, comment="the first transaction that was not read; 0: nothing was")
    since: Mapped[date] = mapped_column(
        Date, server_default=text("'0001-01-01'"), comment="no event that was not read is of an earlier day"
    )
