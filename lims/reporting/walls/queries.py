"""Reading walls."""

from uuid import UUID

from sqlalchemy import Connection, Row, select

from lims.reporting.walls.rules import Known
from lims.reporting.walls.tables import Wall


def wall(connection: Connection, wall_id: UUID) -> Known | None:
    """One of them, revoked or not."""
    row = connection.execute(select(*Wall.__table__.c).where(Wall.id == wall_id)).one_or_none()
    return known(row) if row is not None else None


def walls(connection: Connection) -> list[Known]:
    """All of them, those in use first, the newest first."""
    query = select(*Wall.__table__.c).order_by(Wall.revoked_at.is_not(None), Wall.made_at.desc(), Wall.id)
    return [known(row) for row in connection.execute(query)]


def known(row: Row[tuple[object, ...]]) -> Known:
    """As rules take it."""
    return Known(**row._asdict())
