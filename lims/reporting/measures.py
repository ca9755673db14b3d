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
    return lines_of(question, catalog, facts_of(connection, catalog, question, cases), now)


def facts_of(connection: Connection, catalog: Catalog, question: Question, cases: Sequence[Case]) -> Facts:
    """Everything a table is made of, with the cases already read."""
    values = queries.parameters(question, zones_of(catalog))
    return Facts(
        flows=queries.flows(connection, values),
        turnaround=queries.turnaround(connection, values),
        backlog=queries.stays(connection, "backlog", values),
        in_transit=queries.stays(connection, "in_transit", values),
        cases=stays_of(cases, catalog, question),
        verifying=queries.stays(connection, "verifying", values),
        declared=queries.capacities(connection, question.last),
    )


def day_of(
    connection: Connection, catalog: Catalog, day: date, *, lab: str | None = None, site: str | None = None, now: datetime | None = None
) -> DayOf:
    """Totals, labs and cases of one day, of one lab or site or of all; `now` where the caller has not asked the clock yet."""
    now = now or clock.now()
    by_lab = Question(day, day, By.LAB, settings().timezone, lab, site)
    whole = replace(by_lab, by=By.DAY)
    zones = zones_of(catalog)
    cases = cases_between(connection, catalog, by_lab, by_lab.window(zones))
    facts = facts_of(connection, catalog, by_lab, cases)
    total = facts.together(queries.turnaround(connection, queries.parameters(whole, zones)))
    return DayOf(
        day=day,
        now=now,
        total=next(line for line in lines_of(whole, catalog, total, now) if isinstance(line, DayLine)),
        labs=tuple(line for line in lines_of(by_lab, catalog, facts, now) if isinstance(line, LabLine)),
        cases=tuple(case_line(case) for case in cases),
    )


def zones_of(catalog: Catalog) -> set[str]:
    """Every time zone somebody works in."""
    return {place.timezone for places in (catalog.sites, catalog.labs) for place in places.values()}
