"""The page where plates are laid out."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.testing.plates import queries
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)


@router.get("/testing/plates")
def plates(request: Request, work: Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]) -> Response:
    """What waits, the way to a new plate, and the newest plates."""
    known = catalog.current(work.connection)
    place = place_of(request, "lab", work.caller.lab, {code: lab.name for code, lab in known.labs.items()})
    newest = {code: known.assay(code) for code, _ in sorted(known.assays)}
    facts = {
        "plates": queries.laid_out(work.connection, place.code),
        "waiting": queries.waiting_by_size(work.connection, place.code),
        "assays": newest.values(),
        "zone": known.labs[place.code].timezone if place.code in known.labs else work.program.settings.timezone,
        "now": work.now,
    }
    return page(request, "plates/plates.html", facts, caller=work.caller, place=place)
