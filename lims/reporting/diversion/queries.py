"""Reading proposals."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, select

from lims.kernel.db import AnyRow
from lims.reporting.diversion.tables import Diversion


def diversion(connection: Connection, diversion_id: UUID) -> AnyRow | None:
    """One proposal."""
    return connection.execute(select(Diversion.__table__).where(Diversion.id == diversion_id)).one_or_none()


def diversion_for_update(connection: Connection, diversion_id: UUID) -> AnyRow | None:
    """The same, locked: of two who accept it at once the second waits, and sees that it is accepted."""
    return connection.execute(select(Diversion.__table__).where(Diversion.id == diversion_id).with_for_update()).one_or_none()


def latest(connection: Connection, limit: int = 5) -> Sequence[AnyRow]:
    """The proposals made last."""
    return connection.execute(select(Diversion.__table__).order_by(Diversion.made_at.desc(), Diversion.id).limit(limit)).all()
