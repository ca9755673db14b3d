"""The officials' day: throughput against capacity, backlog, turnaround, open cases; on a desk and on a wall."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.reporting import measures
from lims.reporting.forms import AnyDay, DayInPath
from lims.reporting.rules import DAY, By, Question
from lims.web.render import page

router = APIRouter(include_in_schema=False)
Official = Annotated[Work, allow(Role.OFFICIAL, using=Access.REPORTS)]
HEADROOM = 1.08


@router.get("/reporting/")
def dashboard(request: Request, work: Official, day: AnyDay = None) -> Response:
    """One day in figures; today where none is asked for."""
    return page(request, "reporting/dashboard.html", facts_of(work, day), caller=work.caller)


@router.get("/reporting/wall")
def wall(request: Request, work: Official) -> Response:
    """Today in large figures, for a screen that nobody touches: it refreshes itself."""
    return page(request, "reporting/wall.html", facts_of(work, None), caller=work.caller)


@router.get("/reporting/daily/{day}.pdf")
def daily(day: DayInPath, work: Official) -> Response:
    """The report of a day on paper; of the own lab for those bound to one."""
    from lims.reporting.daily import as_pdf, daily_report  # noqa: PLC0415 - pandas and typst are slow to load

    report = daily_report(work.connection, catalog.current(work.connection), day, work.caller.lab, now=work.now)
    return Response(as_pdf(report), media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="daily-{day}.pdf"'})


def facts_of(work: Work, asked: date | None) -> Mapping[str, object]:
    """The figures of a day, by lab and by hour, and how long the charts' axes are."""
    known, zone = catalog.current(work.connection), work.program.settings.timezone
    today = clock.local_day(work.now, zone)
    day = asked or today
    lab, site = work.caller.lab, work.caller.site
    figures = measures.day_of(work.connection, known, day, lab=lab, site=site, now=work.now)
    hours = measures.throughput(work.connection, known, Question(day, day, By.HOUR, zone, lab, site), work.now)
    return {
        "figures": figures,
        "hours": hours,
        "lab_axis": axis(max((max(line.tested_tubes, line.capacity_tubes or 0) for line in figures.labs), default=0)),
        "hour_axis": axis(max((max(line.tested_tubes, line.capacity_tubes or 0) for line in hours), default=0)),
        "day": day,
        "before": day - DAY,
        "after": day + DAY if day < today else None,
        "today": today,
        "zone": zone,
        "sites": known.sites,
    }


def axis(most: int) -> int:
    """The end of an axis: the longest bar and a little air, never nothing."""
    return max(round(most * HEADROOM), 1)
