"""Taking each message once."""

import hashlib
import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from lims.custody import queries
from lims.custody.tables import Message
from lims.kernel.audit.rules import unaudited
from lims.kernel.db import as_json
from lims.kernel.errors import Refused


@unaudited("the action that follows writes what the message did")
def taken_first(
    connection: Connection,
    message_id: UUID,
    verb: str,
    content: dict[str, Any],
    actor: str,
    now: datetime,
    *,
    sets: Collection[str] = (),
) -> bool:
    """Whether this message is new. False for a repeat; Refused where the id was used before for something else.

    Of two copies sent at once the second waits here for the first to commit, then sees it. `sets` are the lists whose order says nothing:
    the tubes of a box, which a program may read out of its own tables in another order when it asks again.
    """
    digest = digest_of(verb, content | {name: sorted(content[name]) for name in sets if content[name]})
    row = insert(Message).values(id=message_id, verb=verb, digest=digest, actor=actor, at=now)
    if connection.execute(row.on_conflict_do_nothing().returning(Message.id)).scalar_one_or_none():
        return True
    # A message that came before its list was known to be a set lies there in the order in which it came.
    if queries.message_digest(connection, message_id) not in (digest, digest_of(verb, content)):
        raise Refused("id_reused", "The id {id} was used before with other content; send a new message under a new id.", id=message_id)
    return False


def digest_of(verb: str, content: dict[str, Any]) -> bytes:
    """SHA-256 of what a message says."""
    return hashlib.sha256(json.dumps([verb, content], sort_keys=True, default=instant).encode()).digest()


def instant(value: object) -> str:
    """What JSON has no word for; a time as the moment it means, so that a repeat in another zone's notation is a repeat."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else as_json(value)
