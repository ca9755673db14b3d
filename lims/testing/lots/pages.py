"""The page of lots."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.testing.lots import queries
from lims.testing.lots.rules import LotKind, in_use
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)


@router.get("/testing/lots")
def lots(request: Request, work: Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]) -> Response:
    """Scan a lot in; what is in use, what has expired."""
    known = catalog.current(work.connection)
    place = place_of(request, "lab", work.caller.lab, {code: lab.name for code, lab in known.labs.items()})
    zone = known.labs[place.code].timezone if place.code in known.labs else work.program.settings.timezone
    there = queries.known(work.connection, place.code)
    assays = sorted({code for code, _ in known.assays})
    facts = {
        "lots": there,
        "in_use": {lot.id for lot in in_use(there, tuple(LotKind), assays)},
        "kinds": list(LotKind),
        "assays": assays,
        "zone": zone,
        "today": clock.local_day(work.now, zone),
    }
    return page(request, "lots/lots.html", facts, caller=work.caller, place=place)
