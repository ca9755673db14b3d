"""Prevalences as a file for spreadsheets."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fastapi import Response

from lims.reporting.downloads import download
from lims.reporting.prevalence.board import Board
from lims.reporting.prevalence.rules import AreaPools
from lims.reporting.rules import Format


class Table(StrEnum):
    """The tables of the page."""

    AREAS = "areas"
    WEEKS = "weeks"
    LABS = "labs"


@dataclass(frozen=True)
class AreaRow:
    """An area in a spreadsheet: all that the page tells of it; `contradicted` are positive pools in which nobody was positive singly."""

    area: str
    pools: int
    positive: int
    undecided: int
    people: int
    prevalence: float | None
    low: float | None
    high: float | None
    prevalence_with_retests: float | None
    low_with_retests: float | None
    high_with_retests: float | None
    contradicted: int
    pool_size_now: int | None
    pool_size_advised: int | None
    why: str | None
    limit: str | None
    household_positive: int | None
    household_expected_of_strangers: float | None
    household_tests_saved: float | None


def row_of(line: AreaPools) -> AreaRow:
    """One area."""
    known, advice, again, home = line.estimate, line.advice, line.retested, line.household
    return AreaRow(
        area=line.area, pools=line.pools, positive=line.positive, undecided=line.undecided, people=line.people,
        prevalence=known.prevalence if known else None,
        low=known.interval.low if known else None,
        high=known.interval.high if known else None,
        prevalence_with_retests=again.prevalence if again else None,
        low_with_retests=again.interval.low if again else None,
        high_with_retests=again.interval.high if again else None,
        contradicted=line.contradicted,
        pool_size_now=line.size_now,
        pool_size_advised=advice.size if advice else None,
        why=advice.why.value if advice else None,
        limit=advice.limit.value if advice and advice.limit else None,
        household_positive=home.positive if home else None,
        household_expected_of_strangers=home.expected_of_strangers if home else None,
        household_tests_saved=home.tests_saved if home else None,
    )  # fmt: skip


@dataclass(frozen=True)
class WeekRow:
    """A week in a spreadsheet: the prevalence by its pools with its 95 % interval."""

    week: date
    pools: int
    positive: int
    people: int
    prevalence: float
    low: float
    high: float


@dataclass(frozen=True)
class LabRow:
    """A lab in a spreadsheet: shares of people who are positive, and what follows from them."""

    lab: str
    pooling_since: date
    days: int
    rate: float | None
    single_rate_before: float | None
    rate_when_pooling_began: float | None
    findings: str


def spreadsheet(found: Board, name: Table, form: Format, days: str) -> Response:
    """One of the tables."""
    if name is Table.WEEKS:
        weeks = [
            WeekRow(week, of.pools, of.positive, of.people, of.prevalence, of.interval.low, of.interval.high)
            for week, of in found.weeks.items()
        ]
        return download(WeekRow, weeks, form, "weeks", f"prevalence-weeks-{days}.{form.value}")
    if name is Table.LABS:
        labs = [
            LabRow(line.lab, line.begun, line.watch.days, line.watch.rate, line.single_rate, line.first_rate, " ".join(line.watch.findings))
            for line in found.labs
        ]
        return download(LabRow, labs, form, "labs", f"pooling-labs-{days}.{form.value}")
    return download(AreaRow, [row_of(line) for line in found.areas], form, "prevalence", f"prevalence-{days}.{form.value}")
