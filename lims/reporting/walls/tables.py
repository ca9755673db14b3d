"""Links that open a wall."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class Wall(Base):
    """A screen somewhere; what it shows is bounded as its maker is. Never deleted: the trail names it."""

    __tablename__ = "wall"
    __table_args__ = (CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_somebody"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text, comment="where it hangs")
    lab: Mapped[str | None] = mapped_column(Text, ForeignKey("lab.code"))
    site: Mapped[str | None] = mapped_column(Text, ForeignKey("site.code"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    made_by: Mapped[str] = mapped_column(Text)
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_by: Mapped[str | None] = mapped_column(Text)
