"""The page where boxes are opened and tubes scanned in."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.custody.rules import REJECTION_REASONS
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.testing.accession import queries
from lims.testing.accession.rules import CODE_OF_REASON
from lims.web.camera import camera_page
from lims.web.places import place_of

router = APIRouter(include_in_schema=False)


@router.get("/testing/boxes")
def boxes(request: Request, work: Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]) -> Response:
    """Scan a box, then its tubes; turn a tube away; below, what is on its way and what has come."""
    known = catalog.current(work.connection)
    place = place_of(request, "lab", work.caller.lab, {code: lab.name for code, lab in known.labs.items()})
    facts = {
        "boxes": queries.boxes_of_lab(work.connection, place.code),
        "zone": known.labs[place.code].timezone if place.code in known.labs else work.program.settings.timezone,
        "rejections": REJECTION_REASONS,
        "reason_codes": CODE_OF_REASON,
        "formats": [{"regex": one.regex, "kind": one.kind} for one in known.formats if one.kind in (barcodes.Kind.TUBE, barcodes.Kind.BOX)],
    }
    return camera_page(request, "accession/boxes.html", facts, caller=work.caller, place=place)
