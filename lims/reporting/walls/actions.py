"""Hanging a wall up, and taking it down."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, update

from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.auth.rules import Caller
from lims.kernel.errors import Refused
from lims.reporting.walls import queries
from lims.reporting.walls.rules import Known
from lims.reporting.walls.tables import Wall


@audited("wall.made")
def make(connection: Connection, wall_id: UUID, name: str, by: Caller, now: datetime) -> None:
    """A wall that shows what its maker may see."""
    connection.execute(insert(Wall).values(id=wall_id, name=name, lab=by.lab, site=by.site, made_at=now, made_by=by.name))
    record(connection, by.name, now, [Happening(str(wall_id), "wall.made", now, {"name": name, "lab": by.lab, "site": by.site})])


@audited("wall.revoked")
def revoke(connection: Connection, wall_id: UUID, by: Caller, now: datetime) -> None:
    """Its link opens nothing from now on; again without effect."""
    reached(connection, wall_id, by)
    change = update(Wall).where(Wall.id == wall_id, Wall.revoked_at.is_(None)).values(revoked_at=now, revoked_by=by.name)
    if connection.execute(change).rowcount:
        record(connection, by.name, now, [Happening(str(wall_id), "wall.revoked", now)])


@unaudited("it reads")
def reached(connection: Connection, wall_id: UUID, by: Caller) -> Known:
    """A wall that is this caller's business; to others it does not exist."""
    wall = queries.wall(connection, wall_id)
    if wall is None or not wall.reached_by(by):
        raise Refused("not_found", "{what} is not known here.", what="This wall")
    return wall
