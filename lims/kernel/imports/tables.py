"""Reports of imports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class ImportReport(Base):
    """What one file came to. `lab` is null for what belongs to no lab; `about` is the plate, where the file is of one."""

    __tablename__ = "import_report"
    __table_args__ = (
        CheckConstraint("accepted >= 0 AND known >= 0 AND refused >= 0", name="counts"),
        CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name="settled_by_somebody"),
        Index("import_report_lab_idx", "lab", "at"),
        Index("import_report_open_idx", "lab", "at", postgresql_where=text("refused > 0 AND settled_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    lab: Mapped[str | None] = mapped_column(Text)
    about: Mapped[str | None] = mapped_column(Text)
    run: Mapped[UUID | None] = mapped_column(Uuid, comment="what the file became")
    name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[bytes | None] = mapped_column(BYTEA, comment="of the file as it came, where it is kept")
    imported_by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="server time")
    accepted: Mapped[int] = mapped_column(Integer)
    known: Mapped[int] = mapped_column(Integer)
    refused: Mapped[int] = mapped_column(Integer)
    columns: Mapped[list[str]] = mapped_column(JSONB, comment="names of the cells of refused rows")
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="refused rows: line, code, sentence, facts, cells")
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    settled_by: Mapped[str | None] = mapped_column(Text)
