"""The officials' day: throughput against capacity, backlog, turnaround, open cases."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.reporting import answers
from lims.reporting.accounts import Whose
from lims.reporting.balances.board import account_of
from lims.reporting.day.asking import WEEK, Asked, asked, day_of
from lims.reporting.day.forms import Place, RowsAsked
from lims.reporting.day.paging import page_behind
from lims.reporting.forms import AnyDay, AnyFirst, AnyLast, DayInPath
from lims.reporting.lines import COUNTED
from lims.reporting.rounds.rules import LONGEST
from lims.reporting.rules import DAY, By, Ending
from lims.reporting.several.board import comparison, refused
from lims.reporting.wording import Tongue
from lims.web.render import page

router = APIRouter(include_in_schema=False)
Official = Annotated[Work, allow(Role.OFFICIAL, using=Access.REPORTS)]
HEADROOM = 1.08
PAGE = 50
MOST_SHOWN = 400


@router.get("/reporting/")
def dashboard(request: Request, work: Official, day: AnyDay = None, lab: Place = None, site: Place = None, area: Place = None) -> Response:
    """One day in figures, of one lab, site or area or of all; today where none is asked for."""
    question = asked(work, day, None, lab=lab, site=site, area=area)
    return page(request, "reporting/dashboard.html", facts_of(work, question), caller=work.caller)


@router.get("/reporting/range")
def days(
    request: Request, work: Official, first: AnyFirst = None, last: AnyLast = None, by: By = By.DAY, lab: Place = None, area: Place = None
) -> Response:
    """Several days in figures, by day, lab, site or area; the last week where none are asked for."""
    last = last or clock.local_day(work.now, work.program.settings.timezone)
    about = asked(work, first or last - WEEK + DAY, last, lab=lab, site=None, area=area)
    question = replace(about.question, by=by)
    lines = answers.throughput(work.connection, about.catalog, question, work.now).lines
    shown = [line for line in lines if by in (By.DAY, By.HOUR) or any(getattr(line, name) for name in COUNTED)]
    facts = {
        "asked": about, "by": by, "cuts": list(By), "lines": shown[:MOST_SHOWN], "more": max(len(shown) - MOST_SHOWN, 0),
        "axis": axis(max((max(line.tested_tubes, line.capacity_tubes or 0) for line in shown), default=0)),
        "together": {name: sum(getattr(line, name) for line in shown) for name in COUNTED},
        "compared": comparison(work.connection, about), "refused": refused(work.connection, about),
        **places_of(work, about),
    }  # fmt: skip
    return page(request, "reporting/range.html", facts, caller=work.caller)


@router.get("/reporting/rows")
def rows(request: Request, work: Official, wanted: Annotated[RowsAsked, Query()]) -> Response:
    """The tubes behind a figure, fifty and then more."""
    about = asked(work, wanted.day, wanted.to, lab=wanted.lab, site=wanted.site, area=wanted.area, alone=bool(wanted.alone))
    facts = {"asked": about, "wanted": wanted, "shown": page_behind(work, about, wanted, PAGE)}
    return page(request, "reporting/rows.html", facts | places_of(work, about), caller=work.caller)


@router.get("/reporting/reconciliation")
def reconciliation(request: Request, work: Official, day: AnyDay = None, lab: Place = None, site: Place = None) -> Response:
    """Whether everything of a day adds up: people, tubes, readings, labels; and what does not. Of one lab or site, or of all."""
    about = asked(work, day, None, lab=lab, site=site, area=None)
    whose = Whose(about.question.lab, about.question.site)
    facts = {
        "asked": about, "whose": whose, "told": account_of(work.connection, about.catalog, about.day, work.now, whose),
        "before": about.day - DAY, "after": about.day + DAY if about.day < about.today else None,
    }  # fmt: skip
    return page(request, "reporting/reconciliation.html", facts | places_of(work, about), caller=work.caller)


@router.get("/reporting/daily/{day}.{ending}")
def daily(day: DayInPath, ending: Ending, work: Official, language: Tongue = Tongue.BOTH) -> Response:
    """The report of a day as a file; of the own lab or site for those bound to one."""
    from lims.reporting.daily import daily_report, form_of  # noqa: PLC0415 - typst is slow to load

    report = daily_report(work.connection, catalog.current(work.connection), day, work.caller.lab, work.caller.site, now=work.now)
    name = f"daily-{day}.{ending.value}"
    # A page of its own styles is nothing that our policy lets a browser show: it is kept, then opened.
    shown = "inline" if ending is Ending.PDF else "attachment"
    headers = {"Content-Disposition": f'{shown}; filename="{name}"'}
    return Response(form_of(name)(report, language), media_type=ending.media, headers=headers)


def facts_of(work: Work, about: Asked) -> dict[str, Any]:
    """The page of a day, and how long the charts' axes are."""
    day = day_of(work.connection, about)
    capacity = round(day.total.capacity_tubes / 24) if day.total.capacity_tubes else None
    tested = [hour.get("tested_tubes", 0) for hour in day.hours]
    return {
        "asked": about,
        "shown": day,
        "total": day.total,
        "labs": day.labs,
        "lab_axis": axis(max((max(line.tested_tubes, line.capacity_tubes or 0) for line in day.labs), default=0)),
        "tested": tested,
        "hour_capacity": capacity,
        "hour_axis": axis(max(*tested, capacity or 0)),
        "before": about.day - DAY,
        "week_before": about.day - WEEK,
        "after": about.day + DAY if about.day < about.today else None,
        "rounds_since": about.day - LONGEST + DAY,
        **places_of(work, about),
    }


def places_of(work: Work, about: Asked) -> dict[str, object]:
    """Among which labs and areas the caller may choose, and what all places are called."""
    free = work.caller.lab is None and work.caller.site is None
    return {
        "day": about.day,
        "today": about.today,
        "zone": about.zone,
        "sites": about.catalog.sites,
        "lab_names": {code: lab.name for code, lab in about.catalog.labs.items()},
        "areas": about.catalog.areas,
        "free": free,
    }


def axis(most: int) -> int:
    """The end of an axis: the longest bar and a little air, never nothing."""
    return max(round(most * HEADROOM), 1)
