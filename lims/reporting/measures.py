"""The figures of days: everything is gathered in a fixed number of statements, then put together by pure rules."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.deconvolution.board import Case
from lims.kernel import clock
from lims.kernel.settings import settings
from lims.reporting import queries
from lims.reporting.cases import CaseLine, case_line, cases_between, stays_of
from lims.reporting.figures import DayLine, LabLine, Line
from lims.reporting.lines import Facts, keys_of, lines_of
from lims.reporting.rules import By, Question, refuse_unreasonable


@dataclass(frozen=True)
class DayOf:
    """A day as a whole, lab by lab, and its cases: those open at some time of it, oldest first."""

    day: date
    now: datetime
    total: DayLine
    labs: tuple[LabLine, ...]
    cases: tuple[CaseLine, ...]


def throughput(connection: Connection, catalog: Catalog, question: Question, now: datetime) -> list[Line]:
    """A table of throughput; Refused where too much is asked."""
    refuse_unreasonable(question, len(keys_of(question, catalog)))
    cases = cases_between(connection, catalog, question, question.window(zones_of(catalog)))
    return table(connection, catalog, question, cases, now)


def table(connection: Connection, catalog: Catalog, question: Question, cases: Sequence[Case], now: datetime) -> list[Line]:
    """A table of throughput, with the cases already read."""
    values = queries.parameters(question, zones_of(catalog))
    facts = Facts(
        flows=queries.flows(connection, values),
        backlog=queries.stays(connection, "backlog", values),
        in_transit=queries.stays(connection, "in_transit", values),
        cases=stays_of(cases, catalog, question),
        verifying=queries.stays(connection, "verifying", values),
        declared=queries.capacities(connection, question.last),
    )
    return lines_of(question, catalog, facts, now)


def day_of(
    connection: Connection, catalog: Catalog, day: date, *, lab: str | None = None, site: str | None = None, now: datetime | None = None
) -> DayOf:
    """Totals, labs and cases of one day, of one lab or site or of all; `now` where the caller has not asked the clock yet."""
    now = now or clock.now()
    whole = Question(day, day, By.DAY, settings().timezone, lab, site)
    cases = cases_between(connection, catalog, whole, whole.window(zones_of(catalog)))
    (total,) = (line for line in table(connection, catalog, whole, cases, now) if isinstance(line, DayLine))
    labs = table(connection, catalog, replace(whole, by=By.LAB), cases, now)
    return DayOf(
        day=day,
        now=now,
        total=total,
        labs=tuple(line for line in labs if isinstance(line, LabLine)),
        cases=tuple(case_line(case) for case in cases),
    )


def zones_of(catalog: Catalog) -> set[str]:
    """Every time zone somebody works in."""
    return {place.timezone for places in (catalog.sites, catalog.labs) for place in places.values()}
