"""Judging again: asking for a comparison, and deciding on its differences."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.clock import local_day
from lims.kernel.db import Access
from lims.kernel.pages import cursor
from lims.testing.rejudging import lookup, queries
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)
SHOWN = 50
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
def rejudgement(
    request: Request, rejudgement: UUID, work: Reviewer, show: Literal["waiting", "decided"] = "waiting", after: str | None = None
) -> Response:
    """One comparison: before and after of the differences that wait (or are decided), fifty at once; for a second person the decision."""
    asked = lookup.own_rejudgement(work, rejudgement)
    place_in_list = lookup.place_in_list(after) if after else None
    rows = queries.some_changes(work.connection, rejudgement, place_in_list, SHOWN + 1, decided=show == "decided")
    lab = catalog.current(work.connection).lab(asked.lab)
    facts = {
        "asked": asked,
        "changes": rows[:SHOWN],
        "next": cursor(rows[SHOWN - 1].run, rows[SHOWN - 1].barcode) if len(rows) > SHOWN else None,
        "counts": queries.counts(work.connection, rejudgement),
        "show": show,
        "zone": lab.timezone,
    }
    return page(
        request, "rejudging/rejudgement.html", facts, caller=work.caller, place=place_of(request, "lab", asked.lab, {asked.lab: lab.name})
    )
