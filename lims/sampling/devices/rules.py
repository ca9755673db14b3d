"""What a device is called, its one-time link, and whom it may serve. Pure but for the keys.

A device is nobody: whoever uses it signs in. It only says which site it was given to, and can be taken out of use.
"""

import base64
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from lims.kernel.auth.rules import Caller
from lims.kernel.errors import Refused
from lims.kernel.secrets import Keys, keyed

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32: no I, L, O, U
LETTERS, BITS = 8, 5
CODE = re.compile(f"d-[{ALPHABET}]{{{LETTERS}}}")
LINK = "/sampling/set-up"
LINK_LASTS = timedelta(days=7)
KEY_BYTES = 24
SEEN_AGAIN = timedelta(minutes=1)


class Standing(StrEnum):
    """How a device stands."""

    LINK_OPEN = "link_open"
    LINK_ENDED = "link_ended"
    IN_USE = "in_use"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Known:
    """A device as it is stored."""

    id: UUID
    code: str
    name: str
    site: str
    link_number: int
    link_until: datetime | None
    set_up_at: datetime | None
    last_seen_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None
    created_at: datetime
    created_by: str

    def standing(self, now: datetime) -> Standing:
        """How it stands."""
        if self.revoked_at is not None:
            return Standing.REVOKED
        if self.link_until is not None:
            return Standing.LINK_OPEN if now < self.link_until else Standing.LINK_ENDED
        return Standing.IN_USE


def code_of(device: UUID) -> str:
    """What the device calls itself in messages: `d-` and the last forty bits of its id, which are random, in letters to be read out."""
    return "d-" + "".join(ALPHABET[device.int >> (BITS * place) & 31] for place in reversed(range(LETTERS)))


def link_key(keys: Keys, device: UUID, number: int) -> str:
    """What the one-time link carries. It is derived, so that a page can show it until it is used and no table holds it."""
    return base64.urlsafe_b64encode(keyed(keys.code, "device set-up", str(device), str(number))[:KEY_BYTES]).decode()


def link(base: str, keys: Keys, device: Known) -> str:
    """The one-time link of a device."""
    return f"{base}{LINK}?{urlencode({'device': device.id, 'key': link_key(keys, device.id, device.link_number)})}"


def refuse_wrong_link(device: Known | None, key: str, keys: Keys, now: datetime) -> None:
    """Refused, whatever is wrong with a link, in the same words: a stranger learns nothing about devices."""
    right = device is not None and hmac.compare_digest(link_key(keys, device.id, device.link_number).encode(), key.encode())
    if device is None or not right or device.standing(now) is not Standing.LINK_OPEN:
        raise Refused("device_link_used", "This link was used before, or has ended. Ask your supervisor for a new one.")


def refuse_unfit(device: Known, caller: Caller) -> None:
    """Refused where a device is out of use, or in the hands of somebody of another site."""
    if device.revoked_at is not None:
        raise Refused(
            "device_revoked",
            "Device {device} was taken out of use. Bring it to your supervisor; what it has not sent can still leave it as a file.",
            device=device.code,
        )
    if not caller.reaches_site(device.site):
        raise Refused(
            "device_of_another_site",
            "Device {device} belongs to site {site}, and you work for {own}. Take a device of your site.",
            device=device.code,
            site=device.site,
            own=caller.site,
        )


def facts(device: Known, now: datetime) -> dict[str, Any]:
    """A device as a list shows it."""
    return {
        "id": device.id,
        "device": device.code,
        "name": device.name,
        "site": device.site,
        "standing": device.standing(now).value,
        "link_until": device.link_until,
        "set_up_at": device.set_up_at,
        "last_seen_at": device.last_seen_at,
        "revoked_at": device.revoked_at,
    }
