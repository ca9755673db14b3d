"""Results of a day of collection, counted. Small, and the same on every machine."""

from datetime import date

from sqlalchemy import Boolean, Date, ForeignKey, Integer, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class KeptPoolDay(Base):
    """A day of collection whose results are counted; results that come later are added as the trail tells them, each once."""

    __tablename__ = "kept_pool_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    seen: Mapped[str] = mapped_column(Text, comment="which transactions the counting saw, as a pg_snapshot")


class KeptPool(Base):
    """Tubes of one day, site and lab with `size` people in them, by what was released; `again`: asked for by a pool of a case."""

    __tablename__ = "kept_pool"

    day: Mapped[date] = mapped_column(Date, ForeignKey("kept_pool_day.day", ondelete="CASCADE"), primary_key=True)
    site: Mapped[str] = mapped_column(Text, primary_key=True)
    lab: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    again: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    size: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    negative: Mapped[int] = mapped_column(Integer)
    positive: Mapped[int] = mapped_column(Integer)
    undecided: Mapped[int] = mapped_column(Integer)
