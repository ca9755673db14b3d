"""Reading proposals."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, exists, select

from lims.kernel.db import AnyRow
from lims.reporting.diversion.tables import Diversion


def diversion(connection: Connection, diversion_id: UUID) -> AnyRow | None:
    """One proposal."""
    return connection.execute(select(Diversion.__table__).where(Diversion.id == diversion_id)).one_or_none()


def accepted_since(connection: Connection, at: datetime) -> bool:
    """Whether any diversion was accepted after this moment."""
    return bool(connection.execute(select(exists().where(Diversion.accepted_at > at))).scalar_one())


def latest(connection: Connection, limit: int = 5) -> Sequence[AnyRow]:
    """The proposals made last."""
    return connection.execute(select(Diversion.__table__).order_by(Diversion.made_at.desc(), Diversion.id).limit(limit)).all()
