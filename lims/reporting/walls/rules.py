"""What a wall's link looks like, and whom it shows what. Pure but for the keys."""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from lims.kernel.auth.rules import Caller
from lims.kernel.errors import Refused
from lims.kernel.secrets import Keys, keyed

KEY_BYTES = 24


class Theme(StrEnum):
    """Dark figures on light, light ones on dark, or as the screen's system has it."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True)
class Known:
    """A wall as it is stored."""

    id: UUID
    name: str
    lab: str | None
    site: str | None
    made_at: datetime
    made_by: str
    revoked_at: datetime | None
    revoked_by: str | None

    @property
    def onlooker(self) -> Caller:
        """Whoever stands before it: nobody, who sees what its maker may see in sums."""
        return Caller(f"wall {self.name}", frozenset(), self.site, self.lab)

    def reached_by(self, caller: Caller) -> bool:
        """Whether it is this caller's to see and to revoke: those who are bound to a place have the walls of that place alone."""
        return caller.lab in (None, self.lab) and caller.site in (None, self.site)


def key_of(keys: Keys, wall: UUID) -> str:
    """The signature in the link. It is derived, so that the page of walls can show it again and no table holds it."""
    return base64.urlsafe_b64encode(keyed(keys.code, "wall", str(wall))[:KEY_BYTES]).decode()


def link(base: str, keys: Keys, wall: UUID) -> str:
    """The whole link."""
    return f"{base}/reporting/wall/{wall}/{key_of(keys, wall)}"


def refuse_closed(wall: Known | None, key: str, keys: Keys) -> Known:
    """The wall; refused in the same words whether there is none, the signature is wrong, or it was revoked."""
    if wall is None or wall.revoked_at is not None or not hmac.compare_digest(key_of(keys, wall.id).encode(), key.encode()):
        raise Refused("wall_closed", "This link opens no wall, or not any more. Ask a health official for a new one.")
    return wall
