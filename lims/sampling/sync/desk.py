"""Where a device's message is judged, and who sent it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.kernel.secrets import Keys
from lims.sampling.people.rules import person_id


@dataclass(frozen=True)
class Desk:
    """Everything an action needs that is not the message."""

    connection: Connection
    keys: Keys
    catalog: Catalog
    now: datetime

    def named(self, id_type: str, number: str) -> UUID:
        """The id of the person behind a canonical number."""
        return person_id(self.keys, id_type, number)


@dataclass(frozen=True)
class Sender:
    """Who sends: the device, the person at it, and the only site they speak for."""

    device: str
    name: str
    site: str | None
    skew_seconds: int = 0
