"""The page of boxes: pack sealed tubes, see which wait and where the boxes are."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.sampling.boxes import queries
from lims.sampling.boxes.rules import left_at
from lims.sampling.collection.offline import kept_page
from lims.web.places import place_of

router = APIRouter(include_in_schema=False)


@router.get("/sampling/boxes")
def boxes(request: Request, work: Annotated[Work, allow(Role.SAMPLER, using=Access.FIELD)]) -> Response:
    """Scan a box and its tubes; below, the boxes of this site."""
    known = catalog.current(work.connection)
    place = place_of(request, "site", work.caller.site, {code: site.name for code, site in known.sites.items()})
    stored = queries.boxes_of_site(work.connection, place.code)
    waiting = queries.waiting(work.connection, place.code)
    facts = {
        "boxes": stored,
        "waiting": waiting,
        "zone": known.sites[place.code].timezone if place.code in known.sites else work.program.settings.timezone,
        "screen": {
            "site": place.code,
            "formats": [vars(one) for one in known.formats],
            "boxes": [box.barcode for box in stored if left_at(box) is None],
            "waiting": [tube.barcode for tube in waiting.tubes],
        },
    }
    return kept_page(request, "boxes/boxes.html", facts, work, place)
