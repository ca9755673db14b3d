"""The board of cases, one case, and the list of people to call back."""

from collections import Counter
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.deconvolution import board
from lims.deconvolution.lookup import found
from lims.deconvolution.rules import CaseState, ContactEvent, Outcome
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab
from lims.kernel.db import Access
from lims.kernel.pages import cursor, parts_of
from lims.sampling.collection.offline import kept_page
from lims.web.places import place_of
from lims.web.render import page

bench_router = APIRouter(include_in_schema=False)
field_router = APIRouter(include_in_schema=False)
CASES_SHOWN = 30
BoardReader = Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, Role.OFFICIAL, using=Access.BENCH)]


@bench_router.get("/testing/cases")
def cases(request: Request, work: BoardReader, state: CaseState | None = None, after: str | None = None) -> Response:
    """Every case with its members, oldest first; of the own lab for those bound to one."""
    known = catalog.current(work.connection)
    point = tuple(parts_of(after, datetime, str)) if after else None
    found_cases, more = board.listed(work.connection, known, work.caller.lab, None, state, point, CASES_SHOWN)
    facts = {
        "cases": [board.view(case) for case in found_cases],
        "standings": {case.row.barcode: Counter(member.state.value for member in case.members) for case in found_cases},
        "state": state,
        "states": list(CaseState),
        "next": cursor(*more) if more else None,
        "sites": known.sites,
        "zones": {code: lab.timezone for code, lab in known.labs.items()},
        "now": work.now,
    }
    place = place_of(request, "lab", work.caller.lab, {code: lab.name for code, lab in known.labs.items()}) if work.caller.lab else None
    return page(request, "cases/board.html", facts, caller=work.caller, place=place)


@bench_router.get("/testing/cases/{case_id}")
def case(request: Request, case_id: str, work: BoardReader) -> Response:
    """One case with its members, and for reviewers the way to close it."""
    one = found(work, case_id)
    own_lab(work.caller, one.row.lab, f"Case {case_id}")
    known = catalog.current(work.connection)
    facts = {
        "case": board.view(one),
        "counts": Counter(member.state.value for member in one.members),
        "sites": known.sites,
        "zone": known.lab(one.row.lab).timezone,
        "now": work.now,
        "outcomes": [Outcome.CLEARED, Outcome.UNRESOLVED],
    }
    place = place_of(request, "lab", one.row.lab, {one.row.lab: known.lab(one.row.lab).name})
    return page(request, "cases/case.html", facts, caller=work.caller, place=place)


@field_router.get("/sampling/recollections")
def recollections(request: Request, work: Annotated[Work, allow(Role.SAMPLER, using=Access.FIELD)]) -> Response:
    """Whom to call back, most urgent first. The page itself names nobody: a device keeps it in clear, and the list encrypted."""
    known = catalog.current(work.connection)
    place = place_of(request, "site", work.caller.site, {code: site.name for code, site in known.sites.items()})
    zone = known.sites[place.code].timezone if place.code in known.sites else work.program.settings.timezone
    facts = {"events": list(ContactEvent), "screen": {"site": place.code, "timezone": zone}}
    return kept_page(request, "cases/recollections.html", facts, work, place)
