"""Accounts that were counted. Small, and the same on every machine."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, DateTime, ForeignKey, Integer, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class KeptAccount(Base):
    """The account of a day, and when it was counted. `touched`: the trail has told of a tube of the day since; it holds as of then."""

    __tablename__ = "kept_account"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    places: Mapped[str] = mapped_column(Text, comment="digest of the sites and labs that it was counted by")
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    touched: Mapped[bool] = mapped_column(Boolean)
    account: Mapped[dict[str, Any]] = mapped_column(JSONB)
    labs: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="the same of each lab, by its code; empty: of no lab yet")


class KeptTests(Base):
    """Pools of one lab and site with so many people that were released on the day by the lab's clock, and the tests they took."""

    __tablename__ = "kept_tests"

    day: Mapped[date] = mapped_column(Date, ForeignKey("kept_account.day", ondelete="CASCADE"), primary_key=True)
    lab: Mapped[str] = mapped_column(Text, primary_key=True)
    site: Mapped[str] = mapped_column(Text, primary_key=True, comment="empty: of no site, as aliquot pools are")
    people: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    pools: Mapped[int] = mapped_column(Integer)
    reactive: Mapped[int] = mapped_column(Integer)
    invalid: Mapped[int] = mapped_column(Integer)
    pool_tests: Mapped[int] = mapped_column(Integer)
    single_tests: Mapped[int] = mapped_column(Integer)
