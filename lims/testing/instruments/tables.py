"""What instruments said: the file as it came, the run it became, every reading."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class RunFile(Base):
    """A file as it came, whether it could be used or not."""

    __tablename__ = "run_file"

    sha256: Mapped[bytes] = mapped_column(BYTEA, primary_key=True)
    content: Mapped[bytes] = mapped_column(BYTEA)
    name: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    kept_by: Mapped[str] = mapped_column(Text)


class Run(Base):
    """One read-out of one plate. Whether its controls were in control never changes; calls refer to it."""

    __tablename__ = "run"
    __table_args__ = (
        UniqueConstraint("plate", "sha256"),
        UniqueConstraint("id", "controls_passed", "imported_by", name="run_evidence_key"),
        UniqueConstraint("id", "plate", name="run_plate_key"),
        CheckConstraint("readings > 0", name="has_readings"),
        Index("run_at_idx", "at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    plate: Mapped[str] = mapped_column(Text, ForeignKey("plate.barcode"))
    sha256: Mapped[bytes] = mapped_column(BYTEA, ForeignKey("run_file.sha256"))
    format: Mapped[str] = mapped_column(Text)
    instrument: Mapped[str | None] = mapped_column(Text)
    controls_passed: Mapped[bool] = mapped_column(Boolean)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    readings: Mapped[int] = mapped_column(Integer)
    samples_named: Mapped[bool | None] = mapped_column(
        Boolean, comment="whether the file says what stands in its wells; null where nobody noted it yet"
    )
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="when it was read out, as told")
    imported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="server time")
    imported_by: Mapped[str] = mapped_column(Text)
    rejudges: Mapped[UUID | None] = mapped_column(Uuid, comment="the run whose readings were judged again")


class RunPart(Base):
    """A file of one dye, of an instrument that writes one for each: it waits for its sisters, then it is part of their run."""

    __tablename__ = "run_part"
    __table_args__ = (PrimaryKeyConstraint("plate", "sha256"),)

    plate: Mapped[str] = mapped_column(Text, ForeignKey("plate.barcode"))
    sha256: Mapped[bytes] = mapped_column(BYTEA, ForeignKey("run_file.sha256"))
    experiment: Mapped[str] = mapped_column(Text, comment="as the file says; only files of one experiment are joined")
    dye: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="when it was read out, as told")
    kept_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="server time")
    kept_by: Mapped[str] = mapped_column(Text)
    run: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("run.id"), comment="the last run it became part of; null while it waits")


class RunCurves(Base):
    """The amplification curves of a run, as one packed document: bulky, and read by nothing but the page that draws them."""

    __tablename__ = "run_curves"

    run: Mapped[UUID] = mapped_column(Uuid, ForeignKey("run.id"), primary_key=True)
    packed: Mapped[bytes] = mapped_column(BYTEA, comment="zlib of JSON [[well, target, threshold, [value, …]], …]")


class ReadingRow(Base):
    """The Ct of one target in one well, cycles; null is no amplification. A control's reading carries its plate's code as barcode."""

    __tablename__ = "reading"
    __table_args__ = (
        PrimaryKeyConstraint("barcode", "run", "well", "target", "day"),
        CheckConstraint("ct > 0", name="ct"),
        {"postgresql_partition_by": "RANGE (day)"},
    )

    day: Mapped[date] = mapped_column(Date, comment="UTC day of the run's import")
    barcode: Mapped[str] = mapped_column(Text)
    run: Mapped[UUID] = mapped_column(Uuid)
    well: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    ct: Mapped[float | None] = mapped_column(Double)
