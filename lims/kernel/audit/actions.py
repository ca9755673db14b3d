"""Writing the trail, and sealing it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic_core import to_json
from sqlalchemy import Connection, Date, DateTime, Text, bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB

from lims.kernel import partitions
from lims.kernel.audit import queries
from lims.kernel.audit.rules import FIRST, VERBS, Happening, SealedRange, merkle_root, signature, unaudited
from lims.kernel.audit.tables import Event, Seal
from lims.kernel.db import columns, incoming

SEALER_LOCK = 7_301_001
TOLD = incoming(subject=Text(), verb=Text(), at=DateTime(timezone=True), what=JSONB())
WRITE_EVENTS = insert(Event).from_select(
    ["day", "subject", "verb", "actor", "at", "recorded_at", "what"],
    select(
        bindparam("day", type_=Date),
        TOLD.c.subject,
        TOLD.c.verb,
        bindparam("actor", type_=Text),
        TOLD.c.at,
        bindparam("recorded_at", type_=DateTime(timezone=True)),
        TOLD.c.what,
    ),
)


@unaudited("it is the trail itself")
def record(connection: Connection, actor: str, recorded_at: datetime, happenings: Sequence[Happening]) -> None:
    """Write what happened, in the transaction in which it happened: one statement, however many events."""
    if not happenings:
        return
    if undeclared := {happening.verb for happening in happenings} - VERBS:
        raise LookupError(f"no action declares the audit verbs {sorted(undeclared)}")
    day = recorded_at.astimezone(UTC).date()
    partitions.ensure(connection, "event", [day])
    told = columns(
        subject=[happening.subject for happening in happenings],
        verb=[happening.verb for happening in happenings],
        at=[happening.at for happening in happenings],
        what=[to_json(happening.what, fallback=str).decode() for happening in happenings],
    )
    connection.execute(WRITE_EVENTS, told | {"day": day, "actor": actor, "recorded_at": recorded_at})


@unaudited("it is the trail itself")
def seal(connection: Connection, key: bytes, now: datetime) -> SealedRange | None:
    """Seal every event older than the oldest running transaction; None where there is nothing new, or another sealer is at it."""
    if not connection.execute(select(func.pg_try_advisory_xact_lock(SEALER_LOCK))).scalar_one():
        return None
    newest, epoch, to_txid = queries.newest_seal(connection), queries.current_epoch(connection), queries.horizon(connection)
    from_txid = newest.to_txid if newest is not None and newest.epoch == epoch else 0
    leaves = queries.leaves(connection, epoch, from_txid, to_txid)
    if not leaves:
        return None
    fresh = SealedRange(
        number=(newest.number if newest is not None else 0) + 1,
        epoch=epoch,
        from_txid=from_txid,
        to_txid=to_txid,
        events=len(leaves),
        root=merkle_root(leaves),
        sealed_at=now,
    )
    previous = newest.signature if newest is not None else FIRST
    connection.execute(insert(Seal).values(**vars(fresh), signature=signature(key, fresh, previous)))
    return fresh
