"""Giving a device to a site, setting it up, taking it out of use."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, update

from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.auth.actions import digest_of
from lims.kernel.auth.rules import Caller, own_site
from lims.kernel.errors import Refused
from lims.kernel.secrets import Keys
from lims.sampling.devices import queries
from lims.sampling.devices.rules import CODE, LINK_LASTS, SEEN_AGAIN, Known, code_of, refuse_unfit, refuse_wrong_link
from lims.sampling.devices.tables import Device


@audited("device.added")
def add(connection: Connection, device_id: UUID, name: str, site: str, by: str, now: datetime) -> str:
    """A device of this site, with a link that is open for a week; what it is called in messages."""
    code = code_of(device_id)
    connection.execute(
        insert(Device).values(
            id=device_id, code=code, name=name, site=site, link_number=1, link_until=now + LINK_LASTS, created_at=now, created_by=by
        )
    )
    record(connection, by, now, [Happening(code, "device.added", now, {"site": site, "name": name})])
    return code


@audited("device.linked")
def renew_link(connection: Connection, device: Known, by: str, now: datetime) -> None:
    """A new link; the old one, and what the device carried until now, are worthless at once."""
    if device.revoked_at is not None:
        raise Refused("device_revoked", "Device {device} was taken out of use. Add it anew.", device=device.code)
    fresh = {"link_number": device.link_number + 1, "link_until": now + LINK_LASTS, "token_digest": None, "set_up_at": None}
    connection.execute(update(Device).where(Device.id == device.id).values(**fresh))
    record(connection, by, now, [Happening(device.code, "device.linked", now, {"link": device.link_number + 1})])


@audited("device.set_up")
def set_up(connection: Connection, keys: Keys, device_id: UUID, key: str, now: datetime) -> tuple[Known, str]:
    """Open the link, once: the device, and the token that it carries from now on."""
    device = queries.device_for_update(connection, device_id)
    refuse_wrong_link(device, key, keys, now)
    assert device is not None  # noqa: S101 - refused above
    token = f"limsd_{secrets.token_urlsafe(32)}"
    values = {"link_until": None, "token_digest": digest_of(token), "set_up_at": now, "last_seen_at": now}
    connection.execute(update(Device).where(Device.id == device_id).values(**values))
    record(connection, device.code, now, [Happening(device.code, "device.set_up", now, {"link": device.link_number})])
    return device, token


@audited("device.revoked")
def revoke(connection: Connection, device: Known, by: str, now: datetime) -> None:
    """Take a device out of use; again without effect."""
    if device.revoked_at is not None:
        return
    connection.execute(update(Device).where(Device.id == device.id).values(revoked_at=now, revoked_by=by, link_until=None))
    record(connection, by, now, [Happening(device.code, "device.revoked", now)])


@unaudited("it reads and writes nothing")
def reached(connection: Connection, device_id: UUID, caller: Caller) -> Known:
    """A device, locked, that is this supervisor's business."""
    device = queries.device_for_update(connection, device_id)
    if device is None:
        raise Refused("not_found", "{what} is not known at this site.", what="This device")
    own_site(caller, device.site, "This device")
    return device


@unaudited("when a device was seen last is for people to look at; what it sends has events of its own")
def seen(connection: Connection, device: Known, now: datetime) -> None:
    """Note that a device was here, once a minute at most."""
    if device.last_seen_at is None or device.last_seen_at < now - SEEN_AGAIN:
        connection.execute(update(Device).where(Device.id == device.id).values(last_seen_at=now))


@unaudited("only `seen` writes, and nothing that matters")
def admitted(connection: Connection, token: str | None, said: str, caller: Caller, now: datetime) -> str | None:
    """The only site that a message may speak for; Refused where its device, or the one it names, is out of use or another site's.

    A file that one device has exported may be sent by another. Names that were never set up are taken as they are, and cost nothing.
    """
    carrier = queries.device_by_token(connection, digest_of(token)) if token else None
    named = carrier if carrier is not None and carrier.code == said else None
    if named is None and CODE.fullmatch(said):
        named = queries.device_by_code(connection, said)
    reach = caller
    for device in (carrier, named):
        if device is not None:
            refuse_unfit(device, reach)
            reach = Caller(caller.name, caller.roles, site=device.site)
    if carrier is not None:
        seen(connection, carrier, now)
    return reach.site
