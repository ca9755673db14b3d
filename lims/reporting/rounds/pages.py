"""The page of rounds: how far each has come, in every place, what was said of them, and a form to say it anew."""

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel.clock import local_day
from lims.reporting.capacity.access import Foreseer
from lims.reporting.forms import AnyDay
from lims.reporting.rounds import board, queries
from lims.reporting.rounds.access import refuse_bound
from lims.reporting.rounds.rules import LONGEST
from lims.reporting.rules import DAY, By, Question
from lims.web.render import page

router = APIRouter(include_in_schema=False)


@router.get("/reporting/rounds")
def rounds(request: Request, work: Foreseer, day: AnyDay = None) -> Response:
    """The rounds of a day; today where none is asked for."""
    refuse_bound(work.caller)
    known, zone = catalog.current(work.connection), work.program.settings.timezone
    today = local_day(work.now, zone)
    day = day or today
    first = day - LONGEST + DAY
    facts = {
        "lines": board.rounds_of(work.connection, known, Question(day, day, By.DAY, zone), work.now),
        "said": queries.versions(work.connection, first, day),
        "day": day, "first": first, "today": today, "before": day - DAY, "after": day + DAY if day < today else None,
        "areas": known.areas, "site_names": {code: site.name for code, site in known.sites.items()}, "zone": zone,
    }  # fmt: skip
    return page(request, "reporting/rounds.html", facts, caller=work.caller)
