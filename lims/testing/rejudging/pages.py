"""Judging again: asking for a comparison, and deciding on its differences."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.clock import local_day
from lims.kernel.db import Access
from lims.testing.rejudging import lookup, queries
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)
Reviewer = Annotated[Work, allow(Role.REVIEWER, using=Access.BENCH)]


@router.get("/testing/rejudge")
def rejudgements(request: Request, work: Reviewer) -> Response:
    """The comparisons of a lab, and a form for another."""
    known = catalog.current(work.connection)
    place = place_of(request, "lab", work.caller.lab, {code: lab.name for code, lab in known.labs.items()})
    zone = known.labs[place.code].timezone if place.code in known.labs else work.program.settings.timezone
    facts = {
        "rows": queries.rejudgements(work.connection, place.code),
        "assays": sorted({code for code, _ in known.assays}),
        "today": local_day(work.now, zone),
        "zone": zone,
    }
    return page(request, "rejudging/rejudgements.html", facts, caller=work.caller, place=place)


@router.get("/testing/rejudge/{rejudgement}")
def rejudgement(request: Request, rejudgement: UUID, work: Reviewer) -> Response:
    """One comparison: before and after of every difference, and for a second person the decision."""
    told = lookup.view(work, rejudgement)
    lab = catalog.current(work.connection).lab(told.lab)
    place = place_of(request, "lab", told.lab, {told.lab: lab.name})
    return page(request, "rejudging/rejudgement.html", {"asked": told, "zone": lab.timezone}, caller=work.caller, place=place)
