"""The page of boxes: pack sealed tubes, note that a box has left."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.sampling.boxes import queries
from lims.sampling.collection.offline import kept_page
from lims.web.places import place_of

router = APIRouter(include_in_schema=False)


@router.get("/sampling/boxes")
def boxes(request: Request, work: Annotated[Work, allow(Role.SAMPLER, using=Access.FIELD)]) -> Response:
    """Scan a box and its tubes; below, the boxes of this site."""
    known = catalog.current(work.connection)
    place = place_of(request, "site", work.caller.site, {code: site.name for code, site in known.sites.items()})
    facts = {
        "boxes": queries.boxes_of_site(work.connection, place.code),
        "labs": sorted(known.labs.values(), key=lambda lab: lab.code),
        "zone": known.sites[place.code].timezone if place.code in known.sites else work.program.settings.timezone,
        "formats": [{"regex": one.regex, "kind": one.kind} for one in known.formats if one.kind in (barcodes.Kind.TUBE, barcodes.Kind.BOX)],
    }
    return kept_page(request, "boxes/boxes.html", facts, work, place)
