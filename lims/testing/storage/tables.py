"""Racks, and which tube lies where.

A place is written twice: by the rack, so that a position holds one tube, and by the tube, so that it lies in one position;
each key carries the column by which its table is spread.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, PrimaryKeyConstraint, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class Rack(Base):
    """A rack or box with numbered positions, and where it stands."""

    __tablename__ = "rack"
    __table_args__ = (
        CheckConstraint("kept IN ('room', 'cold', 'frozen', 'deep_frozen')", name="kept"),
        CheckConstraint("rows BETWEEN 1 AND 26 AND columns BETWEEN 1 AND 40", name="size"),
        Index("rack_lab_idx", "lab"),
    )

    barcode: Mapped[str] = mapped_column(Text, primary_key=True)
    lab: Mapped[str] = mapped_column(Text)
    rows: Mapped[int] = mapped_column(SmallInteger)
    columns: Mapped[int] = mapped_column(SmallInteger)
    kept: Mapped[str] = mapped_column(Text, comment="how cold: room, cold (2 to 8 °C), frozen (-20 °C), deep_frozen (-70 °C)")
    place: Mapped[str] = mapped_column(Text, comment="as people call it: refrigerator 2, shelf 3")
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    made_by: Mapped[str] = mapped_column(Text)


class RackPosition(Base):
    """What lies in a position of a rack."""

    __tablename__ = "rack_position"
    __table_args__ = (PrimaryKeyConstraint("rack", "position"),)

    rack: Mapped[str] = mapped_column(Text, ForeignKey("rack.barcode"))
    position: Mapped[str] = mapped_column(Text, comment="A1: row, then column")
    tube: Mapped[str] = mapped_column(Text)


class StoredTube(Base):
    """In which position a tube lies now; where it lay before stands in the trail."""

    __tablename__ = "stored_tube"

    barcode: Mapped[str] = mapped_column(Text, primary_key=True)
    rack: Mapped[str] = mapped_column(Text, ForeignKey("rack.barcode"))
    position: Mapped[str] = mapped_column(Text)
    stored_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    stored_by: Mapped[str] = mapped_column(Text)
