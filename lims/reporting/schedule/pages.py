"""The page of daily reports: a file of any day, and what was sent by itself."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.kernel import clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.reporting.forms import AnyDay
from lims.reporting.rules import DAY, Ending
from lims.reporting.schedule import queries
from lims.reporting.schedule.rules import FOLDER, SPEAKING, Plan, plan_of, shown
from lims.reporting.wording import Tongue
from lims.web.render import page

router = APIRouter(include_in_schema=False)
Official = Annotated[Work, allow(Role.OFFICIAL, using=Access.REPORTS)]
MOST_SHOWN = 50


@router.get("/reporting/daily")
def daily(request: Request, work: Official, day: AnyDay = None) -> Response:
    """The report of a day in every form (yesterday's where none is asked for); to whoever sees everything, what was sent as well."""
    today = clock.local_day(work.now, work.program.settings.timezone)
    free = work.caller.lab is None and work.caller.site is None
    facts = {
        "day": day or today - DAY,
        "today": today,
        "zone": work.program.settings.timezone,
        "tongues": list(Tongue),
        "spoken": SPEAKING,
        "tables": [ending for ending in Ending if ending not in SPEAKING],
        "free": free,
        "plan": planned(work) if free else None,
        "sendings": [row._asdict() | {"to": shown(row.recipient)} for row in queries.sendings(work.connection, MOST_SHOWN)] if free else [],
        "folder": FOLDER,
    }
    return page(request, "reporting/dailies.html", facts, caller=work.caller)


def planned(work: Work) -> Plan | None:
    """What is sent by itself; nothing where the settings cannot be kept, of which `lims doctor` tells."""
    try:
        return plan_of(work.program.settings)
    except Refused:
        return None
