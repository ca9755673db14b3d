"""The page of files that came."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.imports import queries
from lims.kernel.imports.rules import Kind, why_of
from lims.testing.imports.lookup import KINDS
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)


@router.get("/testing/imports")
def imports(request: Request, work: Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]) -> Response:
    """Files that were refused and wait for somebody; below, what every file came to."""
    known = catalog.current(work.connection)
    place = place_of(request, "lab", work.caller.lab, {code: lab.name for code, lab in known.labs.items()})
    facts = {
        "waiting": queries.open_reports(work.connection, KINDS, place.code),
        "rows": queries.reports(work.connection, KINDS, place.code),
        "kinds": Kind,
        "why_of": why_of,
        "zone": known.labs[place.code].timezone if place.code in known.labs else work.program.settings.timezone,
    }
    return page(request, "imports/imports.html", facts, caller=work.caller, place=place)
