"""The statements of the sync: each one for any number of tubes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Date, DateTime, Integer, SmallInteger, Text, Uuid, delete, exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

from lims.custody.tables import Tube, TubeMember
from lims.kernel import partitions
from lims.kernel.db import Bytes, records
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


def told(taken: Sequence[Record]) -> TableValuedAlias:
    """Records as rows to insert or update from."""
    return records(
        (
            {
                "barcode": record.barcode,
                "record_id": record.id,
                "revision": record.revision,
                "content_digest": record.digest,
                "site": record.site,
                "round": record.round,
                "kind": record.kind,
                "pool_size": record.pool_size,
                "member_count": len(record.members),
                "field_state": record.state,
                "opened_at": record.opened_at,
                "sealed_at": record.sealed_at,
                "collected_on": record.collected_on,
                "retest_of": record.retest_of,
            }
            for record in taken
        ),
        **TOLD,
    )


def insert_tubes(connection: Connection, taken: Sequence[Record], device: str, now: datetime) -> set[str]:
    """Insert the tubes that nobody has spoken of before; their barcodes. Sorted, so that two batches cannot lock each other out."""
    if not taken:
        return set()
    source = told(taken)
    known = exists(select(Tube.barcode).where(Tube.record_id == source.c.record_id))
    rows = select(*(source.c[name] for name in TOLD), literal(device), literal(now)).where(~known).order_by(source.c.barcode)
    statement = insert(Tube).from_select([*TOLD, "device", "registered_at"], rows)
    return set(connection.execute(statement.on_conflict_do_nothing(index_elements=["barcode"]).returning(Tube.barcode)).scalars())


def update_tubes(connection: Connection, taken: Sequence[Record], device: str, now: datetime) -> None:
    """Write records over the rows that are there already, locked by us."""
    if not taken:
        return
    source = told(taken)
    values: dict[str, Any] = {name: source.c[name] for name in TOLD if name != "barcode"}
    values |= {"device": device, "registered_at": func.coalesce(Tube.registered_at, literal(now))}
    connection.execute(update(Tube).where(Tube.barcode == source.c.barcode).values(values))


def insert_stubs(connection: Connection, codes: Collection[str]) -> None:
    """Rows for tubes that are spoken of before anybody registered them."""
    source = records(({"barcode": code} for code in sorted(codes)), barcode=Text())
    statement = insert(Tube).from_select(["barcode"], select(source.c.barcode).order_by(source.c.barcode))
    connection.execute(statement.on_conflict_do_nothing(index_elements=["barcode"]))


def delete_members(connection: Connection, codes: Collection[str]) -> None:
    """Take out the people of tubes that are about to be written anew."""
    connection.execute(delete(TubeMember).where(TubeMember.barcode.in_(codes)))


def insert_members(connection: Connection, taken: Sequence[Record]) -> None:
    """The people of these tubes."""
    partitions.ensure(connection, "tube_member", {record.collected_on for record in taken})
    kinds: dict[str, TypeEngine[Any]] = {
        "day": Date(),
        "barcode": Text(),
        "position": SmallInteger(),
        "person_id": Uuid(),
        "member_group": Text(),
        "collected_at": DateTime(timezone=True),
    }
    source = records(
        (
            {
                "day": record.collected_on,
                "barcode": record.barcode,
                "position": member.position,
                "person_id": member.person_id,
                "member_group": member.group,
                "collected_at": member.collected_at,
            }
            for record in taken
            for member in record.members
        ),
        **kinds,
    )
    connection.execute(insert(TubeMember).from_select([*kinds], select(*(source.c[name] for name in kinds))))


def insert_entries(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep raw records that were not taken; the same words once."""
    connection.execute(insert(Inbox).on_conflict_do_nothing(index_elements=["barcode", "digest"]), rows)


def update_entry(connection: Connection, barcode: str, digest: bytes, verdict: Verdict, now: datetime) -> None:
    """What became of a held record when its tube came."""
    mine = update(Inbox).where(Inbox.barcode == barcode, Inbox.digest == digest)
    if verdict.outcome in (Outcome.ACCEPTED, Outcome.ALREADY_HAVE):
        connection.execute(mine.values(resolved_at=now, resolution="applied"))
    elif verdict.outcome is not Outcome.HELD:
        connection.execute(mine.values(outcome=verdict.outcome.value, code=verdict.code, detail=verdict.detail, waits_for=None))
