"""The route of prevalences."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Response

from lims.catalog import queries as catalog
from lims.reporting.day.forms import Place
from lims.reporting.forms import FirstDay, Form, LastDay
from lims.reporting.pooling_math.prevalence import Estimate
from lims.reporting.prevalence.access import Reader
from lims.reporting.prevalence.board import Board, board_of
from lims.reporting.prevalence.forms import (
    AreaView,
    HouseholdView,
    LabWatchView,
    Percent,
    PrevalenceView,
    RangeView,
    WeekView,
    assumed_of,
    refuse_days,
)  # fmt: skip
from lims.reporting.prevalence.queries import Asked
from lims.reporting.prevalence.rules import AreaPools
from lims.reporting.prevalence.table import Table, spreadsheet
from lims.reporting.rules import Format

router = APIRouter(prefix="/reporting/api", tags=["prevalence"])


@router.get("/prevalence", response_model=PrevalenceView)
def prevalence(
    work: Reader,
    first: FirstDay,
    last: LastDay,
    area: Place = None,
    sensitivity: Percent = 100.0,
    specificity: Percent = 100.0,
    floor: Annotated[Percent | None, Query(description="per cent of pools with one positive member that a size must find")] = None,
    name: Annotated[Table, Query(alias="table", description="of the files; JSON has all of them")] = Table.AREAS,
    form: Form = Format.JSON,
) -> PrevalenceView | Response:
    """How many people are positive by the pools of some days of collection, with 95 % intervals, and which pool size is advised."""
    refuse_days(first, last)
    asked = Asked(first, last, work.caller.lab, work.caller.site)
    assumed = assumed_of(sensitivity, specificity, floor)
    found = board_of(work.connection, catalog.current(work.connection), asked, assumed, area)
    return view(found) if form is Format.JSON else spreadsheet(found, name, form, f"{first}-{last}")


def view(found: Board) -> PrevalenceView:
    """The board as an answer."""
    return PrevalenceView(
        total=range_of(found.total),
        areas=[area_view(line) for line in found.areas],
        weeks=[WeekView(week=week, **range_view(estimate).model_dump()) for week, estimate in found.weeks.items()],
        labs=[
            LabWatchView(
                lab=line.lab, pooling_since=line.begun, days=line.watch.days, rate=line.watch.rate, single_rate=line.single_rate,
                first_rate=line.first_rate, findings=list(line.watch.findings),
            )
            for line in found.labs
        ],
    )  # fmt: skip


def area_view(line: AreaPools) -> AreaView:
    """One area."""
    advice = line.advice
    return AreaView(
        area=line.area, estimate=range_of(line.estimate), with_retests=range_of(line.retested), undecided=line.undecided,
        contradicted=line.contradicted, size_now=line.size_now, size=advice.size if advice else None, why=advice.why if advice else None,
        limit=advice.limit if advice else None, household=HouseholdView.model_validate(line.household) if line.household else None,
    )  # fmt: skip


def range_of(estimate: Estimate | None) -> RangeView | None:
    """An estimate with its interval, where there is one."""
    return None if estimate is None else range_view(estimate)


def range_view(estimate: Estimate) -> RangeView:
    """An estimate with its interval."""
    flat = asdict(estimate)
    interval = flat.pop("interval")
    return RangeView(**flat, **interval)
