"""The sampler's tube screen."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.catalog.rules import Catalog
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.clock import local_day
from lims.kernel.db import Access
from lims.web.language import language_of
from lims.web.places import place_of
from lims.web.render import page
from lims.web.speech import phrasebook

router = APIRouter(include_in_schema=False)
# Whose refusals a device may be told: of the sync and of what it rests on.
ROOMS = ("lims/sampling/sync", "lims/sampling/people", "lims/kernel/barcodes", "lims/kernel/clock")


@router.get("/sampling/")
def tube_screen(request: Request, work: Annotated[Work, allow(Role.SAMPLER, using=Access.FIELD)]) -> Response:
    """Scan a tube, then person after person; seal and send. What is done is kept on the device until it is confirmed."""
    known = catalog.current(work.connection)
    place = place_of(request, "site", work.caller.site, {code: site.name for code, site in known.sites.items()})
    formats = [{"regex": form.regex, "kind": form.kind} for form in known.formats if form.kind == barcodes.Kind.TUBE]
    facts = {
        "screen": {"site": place.code, "pool_max": pool_max(known, place.code, work), "formats": formats},
        "phrasebook": phrasebook(language_of(request), ROOMS),
    }
    return page(request, "collection/tube.html", facts, caller=work.caller, place=place)


def pool_max(known: Catalog, site: str, work: Work) -> int:
    """How many may share a tube at this site today, by its pooling policy; one where none is in force."""
    today = local_day(work.now, known.sites[site].timezone) if site in known.sites else work.now.date()
    policy = known.policy(site, today)
    return policy.pool_max if policy else 1
