"""Reading what labs declared and have done."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time

from sqlalchemy import ARRAY, Connection, Date, any_, cast, func, select

from lims.catalog.tables import LabCapacity
from lims.kernel.db import AnyRow
from lims.reporting.keeping.cuts import Cut
from lims.reporting.keeping.tables import KeptLine
from lims.reporting.queries import Window, statement

# A lab, an hour by its clock, and the tubes that it tested in it.
Tested = tuple[str, datetime, int]


def tested_kept(connection: Connection, days: Collection[date]) -> list[Tested]:
    """What labs have tested in the hours of some kept days."""
    tubes = KeptLine.figures["tested_tubes"].as_integer()
    query = select(KeptLine.day, KeptLine.key, KeptLine.hour, tubes.label("tubes")).where(
        KeptLine.day == any_(cast(list(days), ARRAY(Date))), KeptLine.by == Cut.LAB_HOUR, tubes > 0
    )
    return [(row.key, datetime.combine(row.day, time(row.hour)), row.tubes) for row in connection.execute(query)]


def tested_between(connection: Connection, window: Window) -> list[Tested]:
    """The same counted from the tubes, between two moments."""
    rows = connection.execute(statement("best_hours"), {"since": window[0], "until": window[1]})
    return [(row.lab, row.hour, row.tubes) for row in rows]


def declared(connection: Connection) -> Sequence[AnyRow]:
    """Every version of what labs declared, the newest first."""
    query = select(LabCapacity.__table__).order_by(LabCapacity.lab, LabCapacity.valid_from.desc(), LabCapacity.version.desc())
    return connection.execute(query).all()


def newest_version(connection: Connection, lab: str, valid_from: object) -> int:
    """How many versions there are of what a lab declared from a day on; 1 where there is none, since that one is a file's."""
    query = select(func.coalesce(func.max(LabCapacity.version), 1)).where(LabCapacity.lab == lab, LabCapacity.valid_from == valid_from)
    return connection.execute(query).scalar_one()
