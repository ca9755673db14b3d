"""The sampler's tube screen, and what keeps it on the device."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from lims.catalog import queries as catalog
from lims.catalog.rules import Catalog
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow, marked
from lims.kernel.auth.rules import Role
from lims.kernel.clock import local_day
from lims.kernel.db import Access
from lims.sampling.collection import offline
from lims.web.language import language_of
from lims.web.places import place_of

router = APIRouter(include_in_schema=False)
# For how many days a device without a network knows the pooling policy.
DAYS_AHEAD = 7


@router.get("/sampling/")
def tube_screen(request: Request, work: Annotated[Work, allow(Role.SAMPLER, using=Access.FIELD)]) -> Response:
    """Scan a tube, then person after person; seal and send. What is done is kept on the device until it is confirmed."""
    known = catalog.current(work.connection)
    place = place_of(request, "site", work.caller.site, {code: site.name for code, site in known.sites.items()})
    formats = [{"regex": form.regex, "kind": form.kind} for form in known.formats if form.kind == barcodes.Kind.TUBE]
    sizes = pool_max_on(known, place.code, work)
    zone = known.sites[place.code].timezone if place.code in known.sites else "UTC"
    facts = {
        "screen": {"site": place.code, "pool_max_on": sizes, "timezone": zone, "formats": formats},
        "pool_max": next(iter(sizes.values())),
    }
    return offline.kept_page(request, "collection/tube.html", facts, work, place)


def pool_max_on(known: Catalog, site: str, work: Work) -> dict[str, int]:
    """How many may share a tube at this site today and on the next days, by its pooling policy; one where none is in force."""
    today = local_day(work.now, known.sites[site].timezone) if site in known.sites else work.now.date()
    days = [today + timedelta(days=number) for number in range(DAYS_AHEAD)]
    policies = {day: known.policy(site, day) for day in days}
    return {day.isoformat(): policy.pool_max if policy else 1 for day, policy in policies.items()}


def open_door() -> None:
    """Both are the same for everybody, and a browser asks for them without saying who it is."""


Anybody = Depends(marked(open_door, (), "the page's own files, the same for everybody"))


@router.get("/sampling/worker.js", dependencies=[Anybody])
def worker() -> Response:
    """The service worker. It stands here, not among the static files: a worker reaches only what lies beside or below it."""
    return Response(offline.worker(), media_type="text/javascript")


@router.get("/sampling/manifest.webmanifest", dependencies=[Anybody])
def manifest(request: Request) -> Response:
    """What makes the page installable."""
    return JSONResponse(offline.manifest(language_of(request)), media_type="application/manifest+json")
