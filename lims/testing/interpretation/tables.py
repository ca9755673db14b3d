"""Calls."""

from datetime import date
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint, Uuid, and_, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base
from lims.testing.instruments.tables import ReadingRow


class CallRow(Base):
    """What one run says of one tube, and by which rules. Never changed; a further run is a further row.

    The database itself holds that a call has a reading under it, and that it repeats its run's word on the controls and
    on who imported it: a release points here, and cannot point at anything less.
    """

    __tablename__ = "call"
    __table_args__ = (
        CheckConstraint("call IN ('negative', 'positive', 'inconclusive', 'invalid')", name="call"),
        UniqueConstraint("barcode", "run", "call", "controls_passed", "imported_by", name="call_evidence_key"),
        ForeignKeyConstraint(
            ["run", "controls_passed", "imported_by"], ["run.id", "run.controls_passed", "run.imported_by"], name="call_run_fkey"
        ),
        ForeignKeyConstraint(
            ["barcode", "run", "well", "evidence", "day"],
            ["reading.barcode", "reading.run", "reading.well", "reading.target", "reading.day"],
            name="call_reading_fkey",
        ),
        Index("call_run_idx", "run"),
        Index("call_reactive_idx", "barcode", postgresql_where=text("call <> 'negative' AND controls_passed")),
    )

    barcode: Mapped[str] = mapped_column(Text, primary_key=True)
    run: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    well: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text, comment="a target whose reading is stored: no call without one")
    call: Mapped[str] = mapped_column(Text)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    assay: Mapped[str] = mapped_column(Text)
    assay_version: Mapped[int] = mapped_column(Integer)
    controls_passed: Mapped[bool] = mapped_column(Boolean)
    imported_by: Mapped[str] = mapped_column(Text)
    pooled_in: Mapped[str | None] = mapped_column(Text, comment="the aliquot pool whose well this was, for a member of one")


# The readings that a call of a well rests on, its evidence among them.
OF_A_CALL = and_(
    ReadingRow.barcode == CallRow.barcode, ReadingRow.run == CallRow.run, ReadingRow.well == CallRow.well, ReadingRow.day == CallRow.day
)
