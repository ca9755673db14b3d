"""The pages of those who give boxes and those who carry them. Neither shows a person, and a courier sees only what he carries."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.clock import local_day
from lims.kernel.db import Access
from lims.sampling.boxes import queries as boxes
from lims.sampling.collection.offline import kept_page
from lims.sampling.handovers import actions, queries
from lims.sampling.handovers.rules import SIGN, Signatures, concerns
from lims.sampling.labels.symbols import square_rows
from lims.web.address import public_address
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)
OnTheWay = Annotated[Work, allow(Role.SAMPLER, Role.COURIER, using=Access.FIELD)]


@router.get("/sampling/handover")
def handover(request: Request, work: OnTheWay) -> Response:
    """Scan boxes and the vehicle; the giver and the courier sign."""
    known, gives = catalog.current(work.connection), work.caller.has(Role.SAMPLER)
    place = place_of(request, "site", work.caller.site, {code: site.name for code, site in known.sites.items()}) if gives else None
    site = place.code if place else ""
    zone = known.sites[site].timezone if site in known.sites else work.program.settings.timezone
    capacities = catalog.capacities_on(work.connection, local_day(work.now, zone))
    facts = {
        "labs": [(lab, capacities.get(lab.code)) for lab in sorted(known.labs.values(), key=lambda lab: lab.code)],
        "ready": boxes.sealed_at_site(work.connection, site) if place else [],
        "zone": zone,
        "screen": {"site": site, "gives": gives, "formats": [vars(form) for form in known.formats]},
    }
    return kept_page(request, "handovers/handover.html", facts, work, place)


@router.get(SIGN.replace("{id}", "{handover_id}"))
def one(request: Request, handover_id: UUID, work: OnTheWay) -> Response:
    """One hand-over: the code for the other's phone, the button for the second signature, and who has signed."""
    row = queries.handover(work.connection, handover_id)
    if row is None or not concerns(work.caller, Signatures(row.given_by, row.taken_by)):
        raise actions.unknown(handover_id)
    mine = work.caller.name in (row.given_by, row.taken_by)
    address = public_address(request) + SIGN.format(id=handover_id)
    facts = {
        "handover": row,
        "boxes": queries.boxes_of(work.connection, handover_id),
        "mine": mine,
        "address": address,
        "rows": square_rows("qr", address) if mine and row.signed_at is None else (),
        "zone": work.program.settings.timezone,
    }
    return page(request, "handovers/one.html", facts, caller=work.caller)


@router.get("/sampling/carried")
def carried(request: Request, work: Annotated[Work, allow(Role.COURIER, using=Access.FIELD)]) -> Response:
    """What a courier carries, to which lab, and since when."""
    known = catalog.current(work.connection)
    rows = boxes.carried(work.connection, work.caller.name)
    policy = known.transport_policy(local_day(work.now, work.program.settings.timezone))
    minutes = [max(0, int((work.now - box.dispatched_at).total_seconds() // 60)) for box in rows]
    facts = {
        "boxes": list(zip(rows, minutes, strict=True)),
        "labs": {code: lab.name for code, lab in known.labs.items()},
        "sites": {code: site.name for code, site in known.sites.items()},
        "most": policy.hours_at_most * 60 if policy else None,
        "zone": work.program.settings.timezone,
    }
    return page(request, "handovers/carried.html", facts, caller=work.caller)
