"""The supervisor's list of devices, the code that sets one up, and what the device itself shows then."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel.auth.door import Work, allow, everyone
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.sampling.devices import actions, queries
from lims.sampling.devices.rules import LINK, Standing, facts, link, refuse_wrong_link
from lims.sampling.labels.symbols import square_rows
from lims.web.address import public_address
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)
Supervisor = Annotated[Work, allow(Role.ADMIN, using=Access.FIELD)]


@router.get("/sampling/devices")
def devices(request: Request, work: Supervisor) -> Response:
    """The devices of a site, and the way to one more."""
    known = catalog.current(work.connection)
    place = place_of(request, "site", work.caller.site, {code: site.name for code, site in known.sites.items()})
    rows = [facts(device, work.now) for device in queries.devices(work.connection, place.code)]
    zone = known.sites[place.code].timezone if place.code in known.sites else work.program.settings.timezone
    return page(request, "devices/devices.html", {"devices": rows, "zone": zone}, caller=work.caller, place=place)


@router.get("/sampling/devices/{device_id}")
def device(request: Request, device_id: UUID, work: Supervisor) -> Response:
    """One device, with its code until that was used."""
    known, found = catalog.current(work.connection), actions.reached(work.connection, device_id, work.caller)
    open_link = found.standing(work.now) is Standing.LINK_OPEN
    address = link(public_address(request), work.program.keys, found) if open_link else ""
    site = known.site(found.site)
    place = place_of(request, "site", site.code, {site.code: site.name})
    shown = {"device": facts(found, work.now), "rows": square_rows("qr", address) if address else (), "zone": site.timezone}
    return page(request, "devices/device.html", shown, caller=work.caller, place=place)


@router.get(LINK)
def set_up(
    request: Request,
    device: UUID,
    key: str,
    work: Annotated[Work, everyone(Access.FIELD, "the one-time link opens it, before anybody signs in on the device")],
) -> Response:
    """What the device shows when the link is opened. Looking uses nothing up: cameras look at links before people do."""
    found = queries.device(work.connection, device)
    refuse_wrong_link(found, key, work.program.keys, work.now)
    site = catalog.current(work.connection).site(found.site) if found else None
    return page(request, "devices/set_up.html", {"device": found, "site": site, "key": key})
