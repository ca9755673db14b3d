"""The page of labels: reserve codes, print them."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.sampling.labels import queries, templates
from lims.sampling.labels.formats import FORMATS
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)


@router.get("/sampling/labels")
def labels(request: Request, work: Annotated[Work, allow(Role.SAMPLER, Role.ADMIN, using=Access.FIELD)]) -> Response:
    """What a site has reserved, and the way to more."""
    known = catalog.current(work.connection)
    place = place_of(request, "site", work.caller.site, {code: site.name for code, site in known.sites.items()})
    ranges = [
        {
            "id": row.id,
            "first": barcodes.own_code(barcodes.Kind(row.kind), row.first_serial),
            "last": barcodes.own_code(barcodes.Kind(row.kind), row.last_serial),
            "count": row.last_serial - row.first_serial + 1,
            "reserved_at": row.reserved_at,
            "prints": row.prints,
        }
        for row in queries.ranges_of_site(work.connection, place.code)
    ]
    zone = known.sites[place.code].timezone if place.code in known.sites else work.program.settings.timezone
    names = templates.names(work.program.settings.label_templates)
    stocks = sorted(names, key=lambda name: (not name.startswith(barcodes.Kind.TUBE), name))
    facts = {"ranges": ranges, "zone": zone, "stocks": stocks, "formats": sorted(FORMATS)}
    return page(request, "labels/labels.html", facts, caller=work.caller, place=place)
