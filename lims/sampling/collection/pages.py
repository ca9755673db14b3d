"""The sampler's tube screen, and what keeps it on the device."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from lims.catalog import queries as catalog
from lims.catalog.rules import Catalog, Zone
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow, marked
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.sampling.collection import offline
from lims.sampling.labels.queries import tube_blocks
from lims.web.language import language_of
from lims.web.places import place_of

router = APIRouter(include_in_schema=False)
# How many of a household share a tube where no assay says how many it bears.
HOUSEHOLD = 10


@router.get("/sampling/")
def tube_screen(request: Request, work: Annotated[Work, allow(Role.SAMPLER, using=Access.FIELD)]) -> Response:
    """Scan a tube, then person after person; seal and send. What is done is kept on the device until it is confirmed."""
    known = catalog.current(work.connection)
    place = place_of(request, "site", work.caller.site, {code: site.name for code, site in known.sites.items()})
    facts = {"screen": carried(known, place.code) | {"blocks": tube_blocks(work.connection, place.code)}}
    return offline.kept_page(request, "collection/tube.html", facts, work, place)


def carried(known: Catalog, code: str) -> dict[str, Any]:
    """What a device has to know of a site for a shift without a network."""
    site = known.sites.get(code)
    zone = known.zones.get(site.area, Zone.NORMAL) if site else Zone.NORMAL
    return {
        "site": code,
        "timezone": site.timezone if site else "UTC",
        # Tubes first: a code that is one is never taken for another thing of the same pattern.
        "formats": [vars(form) for form in sorted(known.formats, key=lambda form: form.kind != barcodes.Kind.TUBE)],
        "zone": zone,
        "policies": [
            {"from": policy.valid_from.isoformat(), "group": policy.group, "pool_max": policy.pool_max, "household": policy.household}
            for policy in known.policies
            if policy.zone == zone
        ],
        "groups": sorted({policy.group for policy in known.policies} - {"*"}),
        # A household shares a tube whatever its size, up to what a kit can tell apart from nothing.
        "household_max": max((assay.pool_max for assay in known.assays.values()), default=HOUSEHOLD),
    }


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
