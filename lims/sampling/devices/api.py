"""Routes of devices."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.kernel.auth.door import Work, allow, everyone
from lims.kernel.auth.rules import Role, own_site
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.pages import Blank, Page
from lims.sampling.devices import actions, carried, queries
from lims.sampling.devices.forms import DeviceForm, SetUpAnswer, SetUpForm
from lims.sampling.devices.rules import facts, link, refuse_unfit
from lims.web.address import public_address

router = APIRouter(prefix="/sampling/api", tags=["devices"])
Supervisor = Annotated[Work, allow(Role.ADMIN, using=Access.FIELD)]


@router.post("/devices")
def add(form: DeviceForm, request: Request, work: Supervisor) -> dict[str, Any]:
    """Make a device for a site; again under the same id without effect. Its link opens once, within a week."""
    own_site(work.caller, catalog.current(work.connection).site(form.site).code, f"Site {form.site}")
    if taken_first(work.connection, form.id, "device.add", form.model_dump(), work.caller.name, work.now):
        actions.add(work.connection, form.id, form.name, form.site, work.caller.name, work.now)
    return shown(request, work, form.id)


@router.get("/devices")
def list_devices(
    work: Supervisor,
    site: Annotated[str | None, Blank] = None,
    after: Annotated[UUID | None, Blank] = None,
    limit: Annotated[int, Field(ge=1, le=500)] = 50,
) -> Page[dict[str, Any]]:
    """The devices of a site, newest first, with when each was seen last."""
    rows = queries.devices(work.connection, work.caller.site or site, after, limit)
    return Page(items=[facts(row, work.now) for row in rows], next=str(rows[-1].id) if len(rows) == limit else None)


@router.post("/devices/set-up")
def set_up(
    form: SetUpForm,
    request: Request,
    response: Response,
    work: Annotated[Work, everyone(Access.FIELD, "the one-time link opens it, before anybody signs in on the device")],
) -> SetUpAnswer:
    """Open the one-time link on the device: from now on it carries a token, which gives nobody any right."""
    device, token = actions.set_up(work.connection, work.program.keys, form.device, form.key, work.now)
    carried.give(request, response, token)
    return SetUpAnswer(device=device.code, name=device.name, site=device.site, token=token)


@router.get("/devices/this")
def this_device(
    request: Request, work: Annotated[Work, everyone(Access.FIELD, "a device asks with its own token, who it is and whether it is in use")]
) -> dict[str, Any]:
    """Who the device is that asks; refused where it is out of use."""
    device = carried.device_of(request, work.connection)
    if device is None:
        raise Refused("not_found", "This device is not set up; ask your supervisor for a code.")
    refuse_unfit(device, work.caller)
    actions.seen(work.connection, device, work.now)
    return {"device": device.code, "name": device.name, "site": device.site}


@router.post("/devices/{device_id}/link")
def renew_link(device_id: UUID, request: Request, work: Supervisor) -> dict[str, Any]:
    """A new one-time link; what the device carried until now is worthless at once."""
    actions.renew_link(work.connection, actions.reached(work.connection, device_id, work.caller), work.caller.name, work.now)
    return shown(request, work, device_id)


@router.post("/devices/{device_id}/revoke")
def revoke(device_id: UUID, request: Request, work: Supervisor) -> dict[str, Any]:
    """Take a device out of use; again without effect."""
    actions.revoke(work.connection, actions.reached(work.connection, device_id, work.caller), work.caller.name, work.now)
    return shown(request, work, device_id)


def shown(request: Request, work: Work, device_id: UUID) -> dict[str, Any]:
    """A device as it stands, with its link while that is open."""
    device = actions.reached(work.connection, device_id, work.caller)
    opens = link(public_address(request), work.program.keys, device) if device.link_until is not None else None
    return facts(device, work.now) | {"link": opens}
