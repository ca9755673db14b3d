"""The outlook, put together from what was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from lims.catalog.capacity import DAY
from lims.catalog.rules import Catalog
from lims.kernel.clock import local_day
from lims.reporting.recent import Recent
from lims.reporting.tomorrow import queries
from lims.reporting.tomorrow.arrivals import Known, Way
from lims.reporting.tomorrow.outlook import Facts, Outlook, Pools, outlook_of

DAYS_BEFORE = timedelta(days=7)
# How long the ways take is read from the last two days: that is enough, and a week of tubes takes long to be sorted.
DAYS_OF_WAYS = timedelta(days=2)
# A box or tube that was sealed longer ago than this and is in no lab is looked for, not waited for.
NOT_LOST = timedelta(days=2)


@dataclass(frozen=True)
class Habits:
    """How it was in the last days: what sites collected, where it went and how long that took, what came of the pools."""

    collected: Mapping[tuple[str, date, int], int]
    ways: Mapping[str, Mapping[str, Way]]
    pools: Pools


HABITS = Recent[Habits]()


def outlook(connection: Connection, catalog: Catalog, now: datetime, zone: str) -> Outlook:
    """What comes until the end of tomorrow, by the clock of `zone`."""
    return outlook_of(catalog, facts_of(connection, catalog, now, zone), now, zone)


def facts_of(connection: Connection, catalog: Catalog, now: datetime, zone: str, habits: Habits | None = None) -> Facts:
    """Everything it is made of: where everything stands now, and habits of at most ten minutes ago (or those given)."""
    lately = habits or HABITS.at(connection, now, lambda: read_habits(connection, now, zone))
    today, since = local_day(now, zone), now - NOT_LOST
    # Until long after tomorrow: a tube that comes tomorrow may be tested as late as its limit allows, at most ten days.
    declared = queries.declared(connection, today - 2 * DAY, today + 13 * DAY)
    by_size = sorted(declared, key=lambda lab: (-declared[lab].get(today, 0), lab))
    known = Known(
        boxes=queries.coming_boxes(connection, since, now),
        unboxed=queries.unboxed(connection, since, now),
        collected=lately.collected,
        ways=lately.ways,
        plans=queries.plans(connection, today - DAY, today + 2 * DAY),
        labs_by_size=[lab for lab in by_size if lab in catalog.labs],
    )
    return Facts(queries.waiting(connection), declared, known, lately.pools)


def read_habits(connection: Connection, now: datetime, zone: str) -> Habits:
    """The habits of the last days, read from their tubes."""
    midnight = datetime.combine(local_day(now, zone), time(), ZoneInfo(zone))
    return Habits(
        queries.collected(connection, midnight - DAYS_BEFORE, midnight),
        queries.ways(connection, now - DAYS_OF_WAYS, now),
        queries.pools(connection, now - DAYS_BEFORE, now),
    )
