"""The page where batches are extracted."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.testing.extraction import queries
from lims.testing.layout import queries as layout
from lims.testing.lots import queries as lots
from lims.testing.lots.rules import OF_BATCH, in_use
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)


@router.get("/testing/extractions")
def extractions(request: Request, work: Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]) -> Response:
    """What waits, the way to a new batch, and the newest batches."""
    known = catalog.current(work.connection)
    place = place_of(request, "lab", work.caller.lab, {code: lab.name for code, lab in known.labs.items()})
    newest = queries.batches_of_lab(work.connection, place.code)
    facts = {
        "batches": newest,
        "failed": queries.why_failed(work.connection, [batch.barcode for batch in newest]),
        "left": layout.waiting_in_batches(work.connection, place.code),
        "waiting": layout.waiting_by_size(work.connection, place.code),
        "lots": in_use(lots.known(work.connection, place.code), OF_BATCH, [""]),
        "assays": [known.assay(code) for code in sorted({code for code, _ in known.assays})],
        "zone": known.labs[place.code].timezone if place.code in known.labs else work.program.settings.timezone,
        "now": work.now,
    }
    return page(request, "extraction/extractions.html", facts, caller=work.caller, place=place)
