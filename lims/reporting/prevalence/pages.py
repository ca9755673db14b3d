"""The page of prevalences: areas and weeks with their intervals, the pool sizes that fit, and whether pooling still finds people."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel.clock import local_day
from lims.kernel.pages import Blank
from lims.reporting.forms import AnyDay
from lims.reporting.prevalence.access import Reader
from lims.reporting.prevalence.board import Board, board_of
from lims.reporting.prevalence.forms import Percent, assumed_of, refuse_days
from lims.reporting.prevalence.queries import Asked
from lims.reporting.prevalence.rules import DILUTION
from lims.web.render import page

router = APIRouter(include_in_schema=False)
USUAL_DAYS = 7
AIR = 1.05
NOTHING = 0.01


@router.get("/reporting/prevalence")
def prevalence(
    request: Request,
    work: Reader,
    first: AnyDay = None,
    last: AnyDay = None,
    area: str | None = None,
    sensitivity: Percent = 100.0,
    specificity: Percent = 100.0,
    floor: Annotated[Percent | None, Blank] = None,
) -> Response:
    """The last seven days where none are asked for."""
    known, zone = catalog.current(work.connection), work.program.settings.timezone
    today = local_day(work.now, zone)
    until = last or today
    since = first or until - timedelta(days=USUAL_DAYS - 1)
    refuse_days(since, until)
    asked = Asked(since, until, work.caller.lab, work.caller.site)
    assumed = assumed_of(sensitivity, specificity, floor)
    found = board_of(work.connection, known, asked, assumed, area or None)
    facts = {
        "board": found,
        "axis": axis_of(found),
        "asked": asked,
        "area": area or "",
        "areas": known.areas,
        "zones": known.zones,
        "labs": known.labs,
        "sensitivity": sensitivity,
        "specificity": specificity,
        "floor": floor,
        "of_size": DILUTION.sensitivity,
        "today": today,
    }
    return page(request, "reporting/prevalence.html", facts, caller=work.caller)


def axis_of(found: Board) -> float:
    """The end of the axis that all intervals share: the widest and a little air, never nothing and never beyond everybody."""
    estimates = [*found.weeks.values(), *(line.estimate for line in found.areas), found.total]
    return min(1.0, max((estimate.interval.high for estimate in estimates if estimate), default=0.0) * AIR or NOTHING)
