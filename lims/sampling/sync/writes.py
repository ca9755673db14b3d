"""The statements of the sync: each one for any number of tubes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Date,
    DateTime,
    Integer,
    SmallInteger,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    delete,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import TypeEngine

from lims.custody.tables import Tube, TubeMember
from lims.kernel import partitions
from lims.kernel.db import AnyRow, Bytes, columns, incoming, records
from lims.sampling.sync.rules import Outcome, Record, Verdict
from lims.sampling.sync.tables import Inbox

TOLD: dict[str, TypeEngine[Any]] = {
    "barcode": Text(),
    "record_id": Uuid(),
    "revision": Integer(),
    "content_digest": Bytes(),
    "site": Text(),
    "round": Text(),
    "kind": Text(),
    "pool_size": SmallInteger(),
    "member_count": SmallInteger(),
    "field_state": Text(),
    "opened_at": DateTime(timezone=True),
    "sealed_at": DateTime(timezone=True),
    "collected_on": Date(),
    "retest_of": Text(),
}


RECORDS = incoming(**TOLD)
SENDER = (bindparam("device", type_=Text), bindparam("now", type_=DateTime(timezone=True)))
# A record whose id is known under another barcode is not inserted: it comes out as a conflict. What is known is looked up by itself.
IDS = cast(bindparam("every_record_id", type_=Text), ARRAY(Uuid))
UNKNOWN = RECORDS.c.record_id.not_in(select(Tube.record_id).where(Tube.record_id == any_(IDS)))
# Sorted, so that two batches cannot lock each other out.
INSERT_TUBES = (
    insert(Tube)
    .from_select([*TOLD, "device", "registered_at"], select(*RECORDS.c, *SENDER).where(UNKNOWN).order_by(RECORDS.c.barcode))
    .on_conflict_do_nothing(index_elements=["barcode"])
    .returning(Tube.barcode)
)
UPDATE_TUBES = (
    update(Tube)
    .where(Tube.barcode == RECORDS.c.barcode)
    .values({name: RECORDS.c[name] for name in TOLD if name != "barcode"})
    .values(device=SENDER[0], registered_at=func.coalesce(Tube.registered_at, SENDER[1]))
)
MEMBERS = incoming(
    day=Date(), barcode=Text(), position=SmallInteger(), person_id=Uuid(), member_group=Text(), collected_at=DateTime(timezone=True)
)
INSERT_MEMBERS = insert(TubeMember).from_select([column.name for column in MEMBERS.c], select(*MEMBERS.c))


def told(taken: Sequence[Record], device: str, now: datetime) -> dict[str, Any]:
    """Records as the parameters of a statement over `RECORDS`."""
    rows = columns(
        barcode=[record.barcode for record in taken],
        record_id=[record.id for record in taken],
        revision=[record.revision for record in taken],
        content_digest=[record.digest for record in taken],
        site=[record.site for record in taken],
        round=[record.round for record in taken],
        kind=[record.kind for record in taken],
        pool_size=[record.pool_size for record in taken],
        member_count=[len(record.members) for record in taken],
        field_state=[record.state for record in taken],
        opened_at=[record.opened_at for record in taken],
        sealed_at=[record.sealed_at for record in taken],
        collected_on=[record.collected_on for record in taken],
        retest_of=[record.retest_of for record in taken],
    )
    return rows | {"device": device, "now": now}


def insert_tubes(connection: Connection, taken: Sequence[Record], device: str, now: datetime) -> set[str]:
    """Insert the tubes that nobody has spoken of before; their barcodes."""
    return set(connection.execute(INSERT_TUBES, told(taken, device, now)).scalars()) if taken else set()


def update_tubes(connection: Connection, taken: Sequence[Record], device: str, now: datetime) -> None:
    """Write records over the rows that are there already, locked by us."""
    if taken:
        connection.execute(UPDATE_TUBES, told(taken, device, now))


def insert_stubs(connection: Connection, codes: Collection[str]) -> None:
    """Rows for tubes that are spoken of before anybody registered them."""
    source = records(({"barcode": code} for code in sorted(codes)), barcode=Text())
    statement = insert(Tube).from_select(["barcode"], select(source.c.barcode).order_by(source.c.barcode))
    connection.execute(statement.on_conflict_do_nothing(index_elements=["barcode"]))


def delete_members(connection: Connection, codes: Collection[str], days: Collection[date]) -> None:
    """Take out the people of tubes that are about to be written anew, and were collected on these days as far as was known."""
    connection.execute(delete(TubeMember).where(TubeMember.barcode.in_(codes), TubeMember.day.in_(days)))


def insert_members(connection: Connection, taken: Sequence[Record]) -> None:
    """The people of these tubes."""
    partitions.ensure(connection, "tube_member", {record.collected_on for record in taken})
    members = [(record, member) for record in taken for member in record.members]
    rows = columns(
        day=[record.collected_on for record, _ in members],
        barcode=[record.barcode for record, _ in members],
        position=[member.position for _, member in members],
        person_id=[member.person_id for _, member in members],
        member_group=[member.group for _, member in members],
        collected_at=[member.collected_at for _, member in members],
    )
    connection.execute(INSERT_MEMBERS, rows)


def insert_entries(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> Sequence[AnyRow]:
    """Keep raw records that were not taken; the same words once. The entries that are new, or now judged otherwise.

    What was refused once (a clock ran ahead) may be held the next time: the entry has to say so, or nothing would free it.
    """
    fresh = insert(Inbox).values(rows)
    again = {name: fresh.excluded[name] for name in ("outcome", "code", "detail", "waits_for", "sent_by", "received_at")}
    otherwise = Inbox.resolved_at.is_(None) & ((Inbox.outcome != fresh.excluded.outcome) | (Inbox.code != fresh.excluded.code))
    statement = fresh.on_conflict_do_update(index_elements=["barcode", "digest"], set_=again, where=otherwise)
    return connection.execute(statement.returning(Inbox.barcode, Inbox.id, Inbox.outcome, Inbox.code)).all()


def update_entries(connection: Connection, judged: Sequence[tuple[AnyRow, Verdict]], now: datetime) -> None:
    """What became of held records when their tube came: of those that were taken in one statement."""
    taken = [(entry.barcode, entry.digest) for entry, verdict in judged if verdict.outcome in (Outcome.ACCEPTED, Outcome.ALREADY_HAVE)]
    if taken:
        mine = update(Inbox).where(tuple_(Inbox.barcode, Inbox.digest).in_(taken))
        connection.execute(mine.values(resolved_at=now, resolution="applied"))
    for entry, verdict in judged:
        if verdict.outcome in (Outcome.CONFLICT, Outcome.REFUSED):
            other = update(Inbox).where(Inbox.barcode == entry.barcode, Inbox.digest == entry.digest)
            connection.execute(other.values(outcome=verdict.outcome.value, code=verdict.code, detail=verdict.detail, waits_for=None))
