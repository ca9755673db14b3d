"""The one table with people in it. The bench's database role may not read it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Uuid
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class Person(Base):
    """A person: a keyed hash of type and number, and everything else encrypted."""

    __tablename__ = "person"

    person_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    hidden: Mapped[bytes] = mapped_column(BYTEA, comment="AES-256-GCM of type, number, name and phone; the key's id in front")
    digest: Mapped[bytes] = mapped_column(BYTEA, comment="keyed hash of the same, to see a change without reading")
    told_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="the collection at which this was said")
