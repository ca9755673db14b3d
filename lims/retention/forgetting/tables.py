"""Days that were forgotten."""

from datetime import date, datetime

from sqlalchemy import Date, DateTime, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class ForgottenDay(Base):
    """A day of sampling of whose negative tubes nobody is told any more who was in them."""

    __tablename__ = "forgotten_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    forgotten_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    stayed: Mapped[int] = mapped_column(Integer, comment="people of that day who stay: of tubes with a case, or without a negative result")
    source: Mapped[str] = mapped_column(Text, comment="who said so, as in the policy")
