"""Reading people: only for those whose door said so."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection, select

from lims.kernel.secrets import Keys
from lims.sampling.people.rules import Identity
from lims.sampling.people.tables import Person


def identities(connection: Connection, keys: Keys, persons: Collection[UUID]) -> dict[UUID, Identity]:
    """The identities behind these ids, decrypted."""
    query = select(Person.person_id, Person.hidden).where(Person.person_id.in_(persons))
    return {row.person_id: Identity.unpacked(keys.show(row.hidden)) for row in connection.execute(query)}
