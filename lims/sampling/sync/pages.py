"""The supervisor's page of conflicts: both versions side by side, and a decision with its reason."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.sampling.collection.offline import ROOMS
from lims.sampling.sync import queries
from lims.sampling.sync.desk import Desk
from lims.sampling.sync.versions import COMPARED, side_by_side
from lims.web.camera import camera_page
from lims.web.language import language_of
from lims.web.places import place_of
from lims.web.render import page
from lims.web.speech import phrasebook

router = APIRouter(include_in_schema=False)
SHOWN = 20


@router.get("/sampling/conflicts")
def conflicts(request: Request, work: Annotated[Work, allow(Role.ADMIN, using=Access.FIELD)]) -> Response:
    """Open conflicts of a site, oldest first, with the names of both versions: this is the only page that shows them."""
    known = catalog.current(work.connection)
    place = place_of(request, "site", work.caller.site, {code: site.name for code, site in known.sites.items()})
    counts = {site: count for site, count in queries.conflicts_by_site(work.connection).items() if work.caller.reaches_site(site)}
    facts = {
        "conflicts": side_by_side(Desk(work.connection, work.program.keys, known, work.now), place.code, SHOWN),
        "total": counts.get(place.code, 0),
        "elsewhere": {site: count for site, count in counts.items() if site != place.code},
        "compared": COMPARED,
        "zone": known.sites[place.code].timezone if place.code in known.sites else work.program.settings.timezone,
    }
    return page(request, "sync/conflicts.html", facts, caller=work.caller, place=place)


@router.get("/sampling/import")
def import_page(request: Request, work: Annotated[Work, allow(Role.SAMPLER, Role.ADMIN, using=Access.FIELD)]) -> Response:
    """Take what a device hands over without a network: QR codes that are scanned here, or a file."""
    known = catalog.current(work.connection)
    place = place_of(request, "site", work.caller.site, {code: site.name for code, site in known.sites.items()})
    facts = {"phrasebook": phrasebook(language_of(request), ROOMS)}
    return camera_page(request, "sync/import.html", facts, caller=work.caller, place=place)
