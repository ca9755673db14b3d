"""Alarms of runs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class RunAlarm(Base):
    """What a run showed that somebody should look at, as it was known at its import; it decides nothing."""

    __tablename__ = "run_alarm"
    __table_args__ = (
        CheckConstraint("kind IN ('contamination', 'trend')", name="kind"),
        Index("run_alarm_lab_idx", "lab", "noted_at"),
    )

    run: Mapped[UUID] = mapped_column(Uuid, ForeignKey("run.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    target: Mapped[str] = mapped_column(Text, primary_key=True)
    well: Mapped[str] = mapped_column(Text, primary_key=True, comment="the strong one, or the weak positive")
    lab: Mapped[str] = mapped_column(Text)
    plate: Mapped[str] = mapped_column(Text)
    what: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="ct and late wells; or ct, z, rules and the series")
    noted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="server time")
