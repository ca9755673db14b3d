"""Asking for the figures. The questions themselves stand in `sql/`, one file each."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, Row, TextClause, text

from lims.deconvolution.over import queries as over
from lims.deconvolution.results.queries import person_results
from lims.reporting.lines import Cell, Declared, Stay
from lims.reporting.rules import BETWEEN, By, Question

SQL = files(__package__).joinpath("sql")
Window = tuple[datetime, datetime]
HAPPENED = ("stages", "repeats", "positives")
# What some statements go on from, beside where all begin: the pages of rows go on from the same.
GOES_ON_FROM = {"positives": "first_positives", "verifying": "verifying_stays"}


@lru_cache
def statement(name: str, *begin: str) -> TextClause:
    """A question by the name of its file, after the beginnings that it goes on from."""
    return text(said(*begin, name))


def said(*parts: str) -> str:
    """Files by their names, one after the other."""
    return "\n".join(SQL.joinpath(f"{part}.sql").read_text("utf-8") for part in parts if part)


@cache
def of_people(name: str) -> TextClause:
    """A question by the name of its file, about where the people of a day stand."""
    return person_results(said("account_asked"), said("account_standing", name))


def parameters(question: Question, zones: Collection[str]) -> dict[str, Any]:
    """What the statements about tubes are asked with. `source` is where they begin."""
    since, until = question.window(zones)
    return {
        "by": question.by.value, "zone": question.zone, "lab": question.lab, "site": question.site,
        "areas": None if question.areas is None else list(question.areas),
        "step": "hour" if question.by is By.HOUR else "day", "since": since, "until": until,
        "first": question.start, "beyond": question.beyond, "between": BETWEEN, "source": "counted",
    }  # fmt: skip


def without_result(connection: Connection, values: dict[str, Any]) -> dict[str, Any]:
    """What the statements about people who wait for a result are asked with besides: the only tubes that may be theirs."""
    return {"unanswered": over.unanswered(connection, values["since"])}


def asked(connection: Connection, name: str, values: dict[str, Any], between: str = "") -> Sequence[Row[Any]]:
    """The answer to a question about the tubes that count; `between` narrows them first."""
    return connection.execute(statement(name, values["source"], between or GOES_ON_FROM.get(name, "")), values).all()


def flows(connection: Connection, values: dict[str, Any], names: Collection[str] = HAPPENED) -> dict[Cell, dict[str, int]]:
    """What happened in each slot, by the names of the statements' columns."""
    found: dict[Cell, dict[str, int]] = defaultdict(dict)
    for name in names:
        for row in asked(connection, name, values):
            columns = row._asdict()
            found[columns.pop("slot"), columns.pop("key")] |= {column: int(value) for column, value in columns.items()}
    return found


def turnaround(connection: Connection, values: dict[str, Any]) -> dict[Cell, list[float]]:
    """Minutes from sealing to release of what was released in each slot: percentiles 50, 90 and 99."""
    return {(row.slot, row.key): row.turnaround_minutes for row in asked(connection, "turnaround", values)}


def stays(connection: Connection, name: str, values: dict[str, Any]) -> list[Stay]:
    """What stood somewhere: `backlog`, `in_transit` or `verifying`."""
    if name == "verifying":
        values = values | without_result(connection, values)
    return [Stay(**row._asdict()) for row in asked(connection, name, values)]


def capacities(connection: Connection, last_day: date) -> list[Declared]:
    """What labs have declared until a day."""
    return [Declared(*row) for row in connection.execute(statement("capacities"), {"last_day": last_day})]


def known_until(connection: Connection) -> datetime | None:
    """Until when the database that is read knows what happened; None where that is now."""
    until: datetime | None = connection.execute(statement("known_until")).scalar_one()
    return until


def people_of_day(connection: Connection, day: date, passing_over: Collection[str], site: str | None) -> Sequence[Row[Any]]:
    """How many people of a day of collection stand where, by lab, but for those of some tubes; of one site or of all."""
    values = {"day": day, "wrong": list(passing_over), "site": site}
    return connection.execute(of_people("account_people"), values).all()


def tubes_of_day(
    connection: Connection, day: date, window: Window, zone: str, wrong: Collection[str], site: str | None
) -> Sequence[Row[Any]]:
    """How many tubes of a day stand where, how many of them are registered, and how many received; by lab, of one site or of all."""
    values = {"day": day, "since": window[0], "until": window[1], "zone": zone, "wrong": list(wrong), "site": site}
    return connection.execute(statement("account_tubes", "account_cohort", "account_judged"), values).all()


def wrong_tubes(connection: Connection, day: date, window: Window, zone: str, site: str | None) -> Sequence[Row[Any]]:
    """The tubes of a day whose records contradict each other: barcode, lab, people concerned, what is wrong; of one site or of all."""
    values = {"day": day, "since": window[0], "until": window[1], "zone": zone, "site": site}
    return connection.execute(statement("account_wrong", "account_cohort"), values).all()


def readings_of_day(connection: Connection, day: date, window: Window, zone: str) -> Sequence[Row[Any]]:
    """The runs imported on a day: their lab, how many readings each should have, and how many are stored."""
    values = {"day": day, "since": window[0], "until": window[1], "zone": zone}
    return connection.execute(statement("account_readings"), values).all()
