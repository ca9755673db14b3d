"""Writing people."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, DateTime, Uuid, select
from sqlalchemy.dialects.postgresql import insert

from lims.kernel.audit.rules import unaudited
from lims.kernel.db import Bytes, columns, incoming
from lims.kernel.secrets import Keys, keyed
from lims.sampling.people.rules import Identity
from lims.sampling.people.tables import Person

TOLD = incoming(person_id=Uuid(), hidden=Bytes(), digest=Bytes(), told_at=DateTime(timezone=True))
NEW = insert(Person).from_select([column.name for column in TOLD.c], select(*TOLD.c))
# Of differing words about one person those of the later collection stay, whichever came first.
LATER = (NEW.excluded.told_at > Person.told_at) | ((NEW.excluded.told_at == Person.told_at) & (NEW.excluded.digest > Person.digest))
REMEMBER = NEW.on_conflict_do_update(
    index_elements=["person_id"],
    set_={"hidden": NEW.excluded.hidden, "digest": NEW.excluded.digest, "told_at": NEW.excluded.told_at},
    # Also where the words are the same: that they were said again later outweighs other words said in between.
    where=LATER,
)


@unaudited("the tube that brings the people writes the event; the trail holds no personal data")
def remember(connection: Connection, keys: Keys, people: Iterable[tuple[UUID, Identity, datetime]]) -> None:
    """Store who stands behind these ids, as told at these times; one statement for all.

    Sorted by id, so that two requests with the same families in them cannot lock each other out.
    """
    latest: dict[UUID, tuple[datetime, bytes, bytes]] = {}
    for person, words, told_at in people:
        packed = words.packed()
        said = (told_at, keyed(keys.person, "words", packed.decode())[:16], packed)
        latest[person] = max(said, latest.get(person, said))
    ids = sorted(latest, key=lambda person: person.int)
    said_last = [latest[person] for person in ids]
    told = columns(
        person_id=ids,
        hidden=[keys.hide(packed) for _, _, packed in said_last],
        digest=[digest for _, digest, _ in said_last],
        told_at=[told_at for told_at, _, _ in said_last],
    )
    connection.execute(REMEMBER, told)
