"""Figures that were counted, and how far the trail was read for what would change them. Small, and the same on every machine."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, CheckConstraint, Date, DateTime, Double, ForeignKey, Index, Integer, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class KeptDay(Base):
    """A local day whose figures are kept. Of a running day they are a picture of the moment `made_at`, and hold for a while."""

    __tablename__ = "kept_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    is_over: Mapped[bool] = mapped_column(Boolean)
    places: Mapped[str] = mapped_column(Text, comment="digest of the sites and labs, with their areas and zones, that it was counted by")
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seconds: Mapped[float] = mapped_column(Double, comment="what counting took")
    panels: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="what the page of the day shows beside the figures")
    habits: Mapped[dict[str, Any]] = mapped_column(JSON, comment="what the next days are expected by; read whole, never searched")


class KeptLine(Base):
    """One line of figures of a kept day, without those that are zero: of the whole day (`by` day), an hour, a lab, a site or an area."""

    __tablename__ = "kept_line"
    __table_args__ = (Index("kept_line_by_idx", "by", "key", "day"),)

    day: Mapped[date] = mapped_column(Date, ForeignKey("kept_day.day", ondelete="CASCADE"), primary_key=True)
    by: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True, comment="code of the lab, site or area; empty where it is of none")
    hour: Mapped[int] = mapped_column(SmallInteger, primary_key=True, comment="0 but by hour")
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)


class KeptRound(Base):
    """Who was sampled on a kept day for a round of screening, by site; both are empty where the tubes name none."""

    __tablename__ = "kept_round"

    day: Mapped[date] = mapped_column(Date, ForeignKey("kept_day.day", ondelete="CASCADE"), primary_key=True)
    round: Mapped[str] = mapped_column(Text, primary_key=True)
    site: Mapped[str] = mapped_column(Text, primary_key=True)
    tubes: Mapped[int] = mapped_column(Integer)
    people: Mapped[int] = mapped_column(Integer)


class KeptReader(Base):
    """One row: the seal up to which the trail was read for what changes kept days."""

    __tablename__ = "kept_reader"
    __table_args__ = (CheckConstraint("one", name="one_row"),)

    one: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    seal: Mapped[int] = mapped_column(BigInteger)
