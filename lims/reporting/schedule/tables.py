"""Which reports were sent where: what is due, and the log."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, DateTime, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class ReportSending(Base):
    """The report of a day for one recipient. It has arrived, is due at `next_at`, or (neither) was given up.

    Neither, and `handed_at` is there: a mail server was about to get it, and whether it did is not known. It is not sent again by itself.
    """

    __tablename__ = "report_sending"
    __table_args__ = (CheckConstraint("arrived_at IS NULL OR next_at IS NULL", name="arrived_once"),)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    recipient: Mapped[str] = mapped_column(Text, primary_key=True, comment="folder, or an e-mail address")
    next_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), comment="when it is tried")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    edition: Mapped[int] = mapped_column(Integer, server_default="0", comment="how often one that had arrived was asked for again")
    handed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), comment="when the mail server was about to get it")
    tried_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    arrived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failure: Mapped[str | None] = mapped_column(Text, comment="why it did not arrive when it was tried last")
