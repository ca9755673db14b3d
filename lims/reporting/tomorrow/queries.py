"""Reading what an outlook is made of: a fixed number of statements."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from lims.catalog.tables import LabCapacity, SamplingPlan
from lims.reporting.queries import asked, statement
from lims.reporting.tomorrow.arrivals import ComingBox
from lims.reporting.tomorrow.habits import DayHabits, by_day

HABITS = ("collected", "ways", "pools")


def waiting(connection: Connection) -> dict[str, int]:
    """Tubes that each lab still has to test."""
    return {row.lab: row.tubes for row in connection.execute(statement("outlook_queue"))}


def coming_boxes(connection: Connection, since: datetime, now: datetime) -> list[ComingBox]:
    """Boxes that no lab has opened; where one has not left, the lab that a diversion directs it to."""
    rows = connection.execute(statement("outlook_boxes"), {"since": since, "now": now})
    return [
        ComingBox(row.barcode, row.site, row.tubes, row.sealed_at, row.dispatched_at, row.dispatched_to or row.directed_to) for row in rows
    ]


def unboxed(connection: Connection, since: datetime, now: datetime) -> dict[str, int]:
    """Sealed tubes in no box, by site."""
    return {row.site: row.tubes for row in connection.execute(statement("outlook_unboxed"), {"since": since, "now": now})}


def habits(connection: Connection, values: Mapping[str, Any], names: Collection[str] = HABITS) -> dict[date, DayHabits]:
    """Habits of each of some days, counted from tubes: all, or some of them."""
    return by_day(*(asked(connection, f"outlook_{name}", dict(values)) if name in names else () for name in HABITS))


def plans(connection: Connection, first: date, last: date) -> dict[tuple[str, date], list[int]]:
    """The sampling plan of some days: tubes by hour, by site and day."""
    query = select(SamplingPlan.site, SamplingPlan.day, SamplingPlan.tubes_by_hour).where(SamplingPlan.day.between(first, last))
    return {(row.site, row.day): row.tubes_by_hour for row in connection.execute(query)}


def declared(connection: Connection, first: date, last: date) -> dict[str, dict[date, int]]:
    """What each lab has declared for each of some days."""
    query = select(LabCapacity.lab, LabCapacity.valid_from, LabCapacity.tubes_per_day).where(LabCapacity.valid_from <= last)
    found: dict[str, dict[date, Any]] = defaultdict(dict)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    for row in connection.execute(query.order_by(LabCapacity.valid_from, LabCapacity.version)):
        found[row.lab] |= {day: row.tubes_per_day for day in days if day >= row.valid_from}
    return dict(found)
