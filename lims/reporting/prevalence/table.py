"""Prevalences as a file for spreadsheets."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import Response

from lims.reporting.downloads import download
from lims.reporting.prevalence.rules import AreaPools
from lims.reporting.rules import Format


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


def spreadsheet(lines: Iterable[AreaPools], form: Format, name: str) -> Response:
    """The areas, one row each."""
    return download(AreaRow, [row_of(line) for line in lines], form, "prevalence", f"{name}.{form.value}")
