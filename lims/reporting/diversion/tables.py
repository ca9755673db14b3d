"""Proposals of diversions, with everything they were made from."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class Diversion(Base):
    """A proposal: which boxes go elsewhere. Its inputs are kept, so that everybody can see later why."""

    __tablename__ = "diversion"
    __table_args__ = (
        CheckConstraint("(accepted_at IS NULL) = (accepted_by IS NULL)", name="accepted_by_somebody"),
        Index("diversion_made_at_idx", "made_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    made_by: Mapped[str] = mapped_column(Text)
    inputs: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="boxes and labs as the solver was given them")
    moves: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="box, from, to, tubes, km")
    without_place: Mapped[list[str]] = mapped_column(JSONB, comment="boxes that no lab has room for in time")
    accepted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    accepted_by: Mapped[str | None] = mapped_column(Text)
