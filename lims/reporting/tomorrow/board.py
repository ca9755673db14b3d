"""The outlook, put together from what was read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from lims.catalog.capacity import DAY
from lims.catalog.rules import Catalog
from lims.kernel.clock import local_day
from lims.reporting import answers
from lims.reporting.keeping import queries as keeping
from lims.reporting.keeping.rules import missing
from lims.reporting.measures import zones_of
from lims.reporting.queries import parameters
from lims.reporting.recent import Recent
from lims.reporting.rules import By, Question
from lims.reporting.tomorrow import queries
from lims.reporting.tomorrow.arrivals import Known
from lims.reporting.tomorrow.habits import NOTHING, DayHabits, Habits, habits_of
from lims.reporting.tomorrow.outlook import Facts, Outlook, outlook_of

DAYS_BEFORE = 7
# How long the ways take is asked of the last two days and of today: a week of tubes takes long to be sorted where it is not kept.
DAYS_OF_WAYS = 2
# A box or tube that was sealed longer ago than this and is in no lab is looked for, not waited for.
NOT_LOST = timedelta(days=2)


HABITS = Recent[Habits]()


def outlook(connection: Connection, catalog: Catalog, now: datetime, zone: str) -> Outlook:
    """What comes until the end of tomorrow, by the clock of `zone`."""
    return outlook_of(catalog, facts_of(connection, catalog, now, zone), now, zone)


def facts_of(connection: Connection, catalog: Catalog, now: datetime, zone: str, habits: Habits | None = None) -> Facts:
    """Everything it is made of: where everything stands now, and habits of at most ten minutes ago (or those given)."""
    lately = habits or HABITS.at(connection, now, lambda: read_habits(connection, catalog, now, zone))
    today, since = local_day(now, zone), now - NOT_LOST
    # Until long after tomorrow: a tube that comes tomorrow may be tested as late as its limit allows, at most ten days.
    declared = queries.declared(connection, today - 2 * DAY, today + 13 * DAY)
    by_size = sorted(declared, key=lambda lab: (-declared[lab].get(today, 0), lab))
    known = Known(
        boxes=queries.coming_boxes(connection, since, now),
        unboxed=queries.unboxed(connection, since, now),
        hours=lately.hours,
        days=lately.days,
        ways=lately.ways,
        plans=queries.plans(connection, today - DAY, today + 2 * DAY),
        labs_by_size=[lab for lab in by_size if lab in catalog.labs],
    )
    return Facts(queries.waiting(connection), declared, known, lately.pools)


def read_habits(connection: Connection, catalog: Catalog, now: datetime, zone: str) -> Habits:
    """The habits of the last days: of days that are kept as they were counted then, of others as they are counted now."""
    today = local_day(now, zone)
    days = [today - number * DAY for number in range(DAYS_BEFORE, -1, -1)]
    question = Question(days[0], today, By.DAY, zone)
    kept = keeping.habits(connection, answers.kept_days(connection, catalog, question, now))

    def of(name: str, wanted: Sequence[date]) -> list[Any]:
        found: dict[date, DayHabits] = {}
        for first, last in missing(wanted, kept):
            values = parameters(replace(question, first=first, last=last), zones_of(catalog))
            found |= queries.habits(connection, values, (name,))
        return [(found | kept).get(day, NOTHING)[name] for day in wanted]

    return habits_of(of("collected", days[:-1]), of("ways", days[-DAYS_OF_WAYS - 1 :]), of("pools", days))
