"""Reading kept figures, and how far they can be trusted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Connection, Date, Text, any_, cast, func, select, text, true

from lims.custody.tables import Tube
from lims.kernel.audit.tables import Seal
from lims.kernel.db import AnyRow
from lims.reporting.keeping.rules import REACHING_BACK
from lims.reporting.keeping.tables import KeptDay, KeptLine, KeptReader
from lims.reporting.queries import parameters, statement
from lims.reporting.rules import Question

# Two great days; whoever has more unread counts anew.
UNREAD_AT_MOST = 4_000_000
# What is read in no time, every time. That there may be more is asked apart: a plan for millions goes along whole days of the trail.
READ_AT_ONCE = 20_000
SEALS_AT_ONCE = 100
KEEPER_LOCK = 7_301_009


@dataclass(frozen=True)
class Touched:
    """What the trail has told since a point: how many events, and the earliest moment that they change anything of."""

    events: int
    since: datetime | None

    @property
    def is_too_much(self) -> bool:
        """Whether there was more than is read at once."""
        return self.events >= UNREAD_AT_MOST

    def and_then(self, more: "Touched") -> "Touched":
        """With what was told behind it."""
        return Touched(self.events + more.events, min((one.since for one in (self, more) if one.since is not None), default=None))


def unread_seals(connection: Connection) -> tuple[AnyRow | None, AnyRow | None]:
    """The seal up to which the trail was read for kept days, and that up to which it can be read now."""
    reader = select(KeptReader.seal).scalar_subquery()
    rows = connection.execute(
        select(Seal.__table__).where(Seal.number >= reader, Seal.number <= reader + SEALS_AT_ONCE).order_by(Seal.number)
    ).all()
    return (rows[0], rows[-1]) if rows and rows[0].number == connection.execute(select(reader)).scalar_one() else (None, None)


def newest_seal(connection: Connection) -> int:
    """The number of the newest seal."""
    return connection.execute(select(func.coalesce(func.max(Seal.number), 0))).scalar_one()


def touched(connection: Connection, after: AnyRow, first: int, beyond: int | None = None) -> Touched:
    """What the trail tells after a seal, from one transaction on; up to another one, or all there is."""
    found = touched_by(READ_AT_ONCE, connection, after, first, beyond)
    return found if found.events < READ_AT_ONCE else touched_by(UNREAD_AT_MOST, connection, after, first, beyond)


def touched_by(most: int, connection: Connection, after: AnyRow, first: int, beyond: int | None = None) -> Touched:
    """The same by no more than so many events."""
    bounds: dict[str, Any] = {
        "epoch": after.epoch, "txid": first, "until_txid": beyond, "since_day": (after.sealed_at - timedelta(days=2)).date(),
        "reaching_back": list(REACHING_BACK), "most": most,
    }  # fmt: skip
    row = connection.execute(statement("touched"), bounds).one()
    return Touched(row.events, row.since)


# Whoever keeps asks for one day and then another in one long session. A plan for any range of days expects one pool of each: for a day of
# 300,000 it looked each pool's tests up among all pools' tests, and did not end.
EACH_PLANNED = func.set_config("plan_cache_mode", "force_custom_plan", true())


def try_to_keep(connection: Connection) -> bool:
    """Whether nobody else reads the trail or counts at this moment; until the transaction ends, nobody else will."""
    return bool(connection.execute(select(func.pg_try_advisory_xact_lock(KEEPER_LOCK), EACH_PLANNED)).scalar_one())


def wait_to_keep(connection: Connection) -> None:
    """The same, waiting for whoever is at it."""
    connection.execute(select(func.pg_advisory_xact_lock(KEEPER_LOCK), EACH_PLANNED))


def gather(connection: Connection, question: Question, zones: Collection[str], memory: str) -> None:
    """Lay the tubes that have to do with some days out in a table of this transaction; the tables of all tubes are read this once."""
    connection.execute(text("SELECT set_config('work_mem', :memory, true)"), {"memory": memory})
    connection.execute(statement("gathered_into"))
    connection.execute(statement("gathered", "counted"), parameters(question, zones))
    connection.execute(text("ANALYZE gathered"))


def forget_gathered(connection: Connection) -> None:
    """Drop that table before the transaction ends, which may count another day."""
    connection.execute(text("DROP TABLE gathered"))


def days(connection: Connection, first: date, last: date) -> Sequence[AnyRow]:
    """The kept days of a range, without what their pages show."""
    columns = (KeptDay.day, KeptDay.is_over, KeptDay.places, KeptDay.made_at, KeptDay.seconds)
    return connection.execute(select(*columns).where(KeptDay.day.between(first, last)).order_by(KeptDay.day)).all()


def lines(connection: Connection, first: date, last: date, by: str, keys: Collection[str]) -> Sequence[AnyRow]:
    """The kept lines of a cut and a range under some keys."""
    query = select(KeptLine.day, KeptLine.key, KeptLine.hour, KeptLine.figures).where(KeptLine.day.between(first, last), KeptLine.by == by)
    return connection.execute(query.where(KeptLine.key == any_(cast(list(keys), ARRAY(Text))))).all()


def all_lines(connection: Connection, day: date) -> Sequence[AnyRow]:
    """Every kept line of a day."""
    return connection.execute(select(KeptLine.by, KeptLine.key, KeptLine.hour, KeptLine.figures).where(KeptLine.day == day)).all()


def panels(connection: Connection, day: date, place: str) -> dict[str, Any]:
    """What the page of a kept day shows beside the figures, of everything (empty) or of a place."""
    found: dict[str, Any] | None = connection.execute(select(KeptDay.panels[place]).where(KeptDay.day == day)).scalar_one()
    return found or {}


def habits(connection: Connection, kept: Collection[date]) -> dict[date, dict[str, Any]]:
    """What the next days are expected by, of some kept days."""
    query = select(KeptDay.day, KeptDay.habits).where(KeptDay.day == any_(cast(list(kept), ARRAY(Date))))
    return {row.day: row.habits for row in connection.execute(query)}


def first_day(connection: Connection) -> date | None:
    """The day of the oldest tube."""
    return connection.execute(select(func.min(Tube.collected_on))).scalar_one()


def unkept_day(connection: Connection, first: date, last: date, places: str) -> date | None:
    """The latest day of a range that is not kept, or was counted by other places."""
    wanted = text(
        "SELECT max(CAST(wanted AS date)) FROM generate_series(CAST(:first AS timestamp), CAST(:last AS timestamp), '1 day') AS wanted"
        " WHERE NOT EXISTS (SELECT FROM kept_day WHERE day = CAST(wanted AS date) AND is_over AND places = :places)"
    )
    found: date | None = connection.execute(wanted, {"first": first, "last": last, "places": places}).scalar_one()
    return found
