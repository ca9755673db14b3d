"""Reading what labs declared and have done."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from lims.catalog.tables import LabCapacity
from lims.kernel.db import AnyRow
from lims.reporting.capacity.rules import Best
from lims.reporting.queries import statement


def best_days(connection: Connection, since: datetime) -> dict[str, Best]:
    """The most tubes that each lab has tested within 24 hours since then."""
    rows = connection.execute(statement("best_day"), {"since": since})
    return {row.lab: Best(row.tubes, row.until) for row in rows}


def declared(connection: Connection) -> Sequence[AnyRow]:
    """Every version of what labs declared, the newest first."""
    query = select(LabCapacity.__table__).order_by(LabCapacity.lab, LabCapacity.valid_from.desc(), LabCapacity.version.desc())
    return connection.execute(query).all()


def newest_version(connection: Connection, lab: str, valid_from: object) -> int:
    """How many versions there are of what a lab declared from a day on; 1 where there is none, since that one is a file's."""
    query = select(func.coalesce(func.max(LabCapacity.version), 1)).where(LabCapacity.lab == lab, LabCapacity.valid_from == valid_from)
    return connection.execute(query).scalar_one()
