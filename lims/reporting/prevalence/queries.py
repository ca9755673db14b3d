"""Reading what pools said, from kept counts where there are any: a fixed number of statements."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from lims.reporting.pooling_math.monitoring import Day
from lims.reporting.pools import queries as pools
from lims.reporting.prevalence.rules import Found, Resolved
from lims.reporting.prevalence.watching import Spell
from lims.reporting.queries import statement
from lims.reporting.rules import DAY


class Asked(NamedTuple):
    """Days of collection, both included; one lab or site, or all."""

    first: date
    last: date
    lab: str | None
    site: str | None


def released(connection: Connection, asked: Asked) -> list[Found]:
    """Pools with a result, by area, week and size."""
    return [Found(**row._asdict()) for row in pools.asked(connection, "pools_released", days_of(asked.first, asked.last), asked._asdict())]


def resolved(connection: Connection, asked: Asked) -> list[Resolved]:
    """Positive pools of which every member has been tested singly."""
    return [Resolved(**row._asdict()) for row in connection.execute(statement("pools_resolved"), asked._asdict())]


def begun(connection: Connection, lab: str | None) -> dict[str, date]:
    """On which day pooling began, by lab."""
    return {row.lab: row.day for row in connection.execute(statement("pooling_begun"), {"lab": lab})}


def days_of(first: date, last: date) -> list[date]:
    """Every day of a range."""
    return [first + DAY * number for number in range((last - first).days + 1)]


def days(connection: Connection, spells: Sequence[Spell]) -> list[tuple[str, bool, date, Day]]:
    """People with a final result in each spell: lab, whether alone, day."""
    columns = {
        "labs": [spell.lab for spell in spells],
        "alone": [spell.alone for spell in spells],
        "firsts": [spell.first for spell in spells],
        "lasts": [spell.last for spell in spells],
    }
    wanted = {day for spell in spells for day in days_of(spell.first, spell.last)}
    rows = pools.asked(connection, "pooling_days", wanted, columns)
    return [(row.lab, row.alone, row.day, Day(int(row.people), int(row.positive))) for row in rows]
