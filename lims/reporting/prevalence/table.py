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
    """An area in a spreadsheet."""

    area: str
    pools: int
    positive: int
    undecided: int
    people: int
    prevalence: float | None
    low: float | None
    high: float | None
    pool_size_now: int | None
    pool_size_advised: int | None
    why: str | None


def row_of(line: AreaPools) -> AreaRow:
    """One area."""
    known, advice = line.estimate, line.advice
    return AreaRow(
        area=line.area, pools=line.pools, positive=line.positive, undecided=line.undecided, people=line.people,
        prevalence=known.prevalence if known else None,
        low=known.interval.low if known else None,
        high=known.interval.high if known else None,
        pool_size_now=line.size_now,
        pool_size_advised=advice.size if advice else None,
        why=advice.why.value if advice else None,
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
