"""Counting days to keep, and forgetting those that something late has changed."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Date, Integer, SmallInteger, Text, TypeEngine

from lims.catalog.rules import Catalog
from lims.kernel.audit.rules import unaudited
from lims.kernel.db import records
from lims.reporting import measures
from lims.reporting.balances import actions as balances
from lims.reporting.cases import cases_between
from lims.reporting.day import panels
from lims.reporting.keeping import queries
from lims.reporting.keeping.counting import Counting
from lims.reporting.keeping.cuts import Cut
from lims.reporting.keeping.rules import MANY_TUBES, Difference, KeptRow, differences, places_digest
from lims.reporting.keeping.tables import KeptDay, KeptLine, KeptReader, KeptRound
from lims.reporting.pools import actions as pools
from lims.reporting.queries import parameters
from lims.reporting.rounds.queries import sampled
from lims.reporting.rounds.rules import Sampled
from lims.reporting.rules import By, Question
from lims.reporting.tomorrow.habits import NOTHING as NO_HABITS
from lims.reporting.tomorrow.habits import DayHabits
from lims.reporting.tomorrow.queries import habits

# What counting may sort and gather in memory, whatever the database allows others.
MEMORY = "64MB"


@dataclass(frozen=True)
class Counted:
    """The figures of a day, cut in every way; what counting took."""

    day: date
    is_over: bool
    rows: list[KeptRow]
    panels: dict[str, Any]
    rounds: list[Sampled]
    habits: DayHabits
    seconds: float

    @property
    def is_large(self) -> bool:
        """Whether so much happened on this day that people would wait for a count."""
        total = next((row.figures for row in self.rows if row.by == Cut.DAY), {})
        return any(total.get(name, 0) >= MANY_TUBES for name in ("collected_tubes", "received_tubes", "released_tubes"))


@unaudited("it only drops what can be counted again")
def read_on(connection: Connection, zones: Collection[str]) -> date | None:
    """Read what was sealed since last time and forget the days that it changes; the first of them, None where there are none."""
    after, to = queries.unread_seals(connection)
    if after is None or to is None:
        # Nothing was sealed yet when we began, or another database was restored: nothing kept can be trusted.
        newest = queries.newest_seal(connection)
        if not connection.execute(update(KeptReader).where(KeptReader.seal != newest).values(seal=newest)).rowcount:
            return None
        connection.execute(delete(KeptDay))
        pools.forget(connection)
        balances.forget(connection)
        return date.min
    if to.number == after.number:
        return None
    found = queries.touched(connection, after, after.to_txid, to.to_txid if to.epoch == after.epoch else None)
    first = date.min if found.is_too_much or to.epoch != after.epoch else first_day_of(found.since, zones)
    if found.is_too_much:
        pools.forget(connection)
    else:
        pools.read_on(connection, after, to)
    balances.read_on(connection, zones, after, to)
    if first is not None:
        connection.execute(delete(KeptDay).where(KeptDay.day >= first, KeptDay.is_over))
    connection.execute(update(KeptReader).values(seal=to.number))
    return first


def first_day_of(at: datetime | None, zones: Collection[str]) -> date | None:
    """The earliest local day that a moment is anywhere."""
    return min((at.astimezone(ZoneInfo(zone)).date() for zone in zones), default=None) if at is not None else None


@unaudited("a question")
def counted(connection: Connection, catalog: Catalog, day: date, zone: str, now: datetime) -> Counted:
    """The figures of a day, from the tubes themselves."""
    began = perf_counter()
    is_over = now >= Question(day, day, By.DAY, zone).window(measures.zones_of(catalog))[1]
    question, zones = Question(day, day, By.DAY, zone), measures.zones_of(catalog)
    queries.gather(connection, question, zones, MEMORY)
    cases = cases_between(connection, catalog, question, question.window(zones))
    counting = Counting(connection, catalog, question, zones, cases)
    rows = [*counting.rows(now)]
    beside = panels.of_all_places(connection, catalog, question, now, cases, counting.hours())
    rounds = sampled(connection, question, zones, "once")
    lately = habits(connection, parameters(question, zones) | {"source": "once"}).get(day, {**NO_HABITS})
    queries.forget_gathered(connection)
    return Counted(day, is_over, rows, beside, rounds, lately, perf_counter() - began)


@unaudited("what it writes can be counted again")
def keep(connection: Connection, catalog: Catalog, found: Counted, now: datetime) -> None:
    """Keep the figures of a day in the place of those that were kept of it before."""
    connection.execute(delete(KeptDay).where(KeptDay.day == found.day))
    head = {"day": found.day, "is_over": found.is_over, "places": places_digest(catalog), "made_at": now}
    connection.execute(insert(KeptDay).values(**head, seconds=found.seconds, panels=found.panels, habits=found.habits))
    rows = [{"day": found.day} | row._asdict() for row in found.rows]
    types: dict[str, TypeEngine[Any]] = {"day": Date(), "by": Text(), "key": Text(), "hour": SmallInteger(), "figures": JSONB()}
    source = records(rows, **types)
    connection.execute(insert(KeptLine).from_select([*types], select(*(source.c[name] for name in types))))
    keep_rounds(connection, found.rounds)


def keep_rounds(connection: Connection, rounds: Collection[Sampled]) -> None:
    """Keep who was sampled for which round."""
    types: dict[str, TypeEngine[Any]] = {"day": Date(), "round": Text(), "site": Text(), "tubes": Integer(), "people": Integer()}
    source = records([asdict(row) for row in rounds], **types)
    connection.execute(insert(KeptRound).from_select([*types], select(*(source.c[name] for name in types))))


@unaudited("what it writes can be counted again")
def keep_anew(connection: Connection, catalog: Catalog, day: date, zone: str, now: datetime) -> list[Difference] | None:
    """Count a day that is over, keep that, and say where the kept figures differed; None where none were kept, or the day runs."""
    queries.wait_to_keep(connection)
    read_on(connection, measures.zones_of(catalog))
    found = counted(connection, catalog, day, zone, now)
    if not found.is_over:
        return None
    known = any(row.is_over and row.places == places_digest(catalog) for row in queries.days(connection, day, day))
    different = differences(queries.all_lines(connection, day), found.rows) if known else None
    keep(connection, catalog, found, now)
    return different


@unaudited("a question")
def next_to_keep(connection: Connection, catalog: Catalog, zone: str, now: datetime, most: int) -> date | None:
    """The latest day that is over everywhere, has tubes or comes after days that have, and is not kept; of the last `most` days."""
    first = queries.first_day(connection)
    until = min((now.astimezone(ZoneInfo(z)).date() for z in {*measures.zones_of(catalog), zone}), default=now.astimezone(UTC).date())
    last = until - timedelta(days=1)
    if first is None or first > last:
        return None
    return queries.unkept_day(connection, max(first, last - timedelta(days=most)), last, places_digest(catalog))
