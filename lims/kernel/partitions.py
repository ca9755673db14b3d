"""Tables of bulky facts are cut by day; this makes the day's piece exist before the first row of the day.

The worker makes them ahead; who writes looks once a day and process whether they are there.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Date, Engine, Text, func, select

from lims.kernel import clock
from lims.kernel.db import Access, Database, records

BY_DAY = ("event", "tube_member", "reading")
DAYS_AHEAD = 3  # the database makes none beyond
_seen: WeakKeyDictionary[Engine, set[tuple[str, date]]] = WeakKeyDictionary()


def ensure(connection: Connection, table: str, days: Iterable[date]) -> None:
    """Create what is missing of these days' partitions (a statement only for days this process has not met).

    A day that cannot be had, because rows of it lie in the default partition already, stays there: slower, never wrong.
    """
    seen = _seen.setdefault(connection.engine, set())
    fresh = {day for day in days if (table, day) not in seen}
    if not fresh:
        return
    source = records(({"relation": table, "day": day} for day in sorted(fresh)), relation=Text(), day=Date())
    connection.execute(select(func.ensure_day_partition(source.c.relation, source.c.day))).all()
    seen.update((table, day) for day in fresh)


def ahead(database: Database, now: datetime) -> None:
    """Make the pieces of today and the next two days: nobody who samples at midnight waits for one.

    A transaction for each: whoever holds one table while waiting for another stops those who sample, and is stopped by them.
    """
    today = clock.utc_day(now)
    for table in BY_DAY:
        for days in range(DAYS_AHEAD):
            with database.transaction(Access.OWNER) as connection:
                ensure(connection, table, [today + timedelta(days=days)])
