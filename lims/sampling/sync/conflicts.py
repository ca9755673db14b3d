"""Conflicts: two stories about one tube, and a supervisor who decides. Nothing is thrown away, whatever is decided."""

import dataclasses
import json
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, update

from lims.custody.rules import FieldState, Kind
from lims.custody.tables import Tube
from lims.kernel import ids
from lims.kernel.audit.actions import record as record_events
from lims.kernel.audit.rules import Happening, audited
from lims.kernel.auth.rules import Caller, own_site
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.kernel.secrets import Keys, keyed
from lims.sampling.collection import queries as collection
from lims.sampling.people.queries import identities
from lims.sampling.sync import queries, writes
from lims.sampling.sync.actions import release_held, understood, write_people
from lims.sampling.sync.desk import Desk, Sender
from lims.sampling.sync.tables import Inbox

DEEPEST = 20  # a tube's own fields reach three


def listed(connection: Connection, keys: Keys, site: str | None, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Open conflicts with both versions side by side."""
    return [shown(row, keys) for row in queries.conflicts(connection, site, after, limit)]


def shown(row: AnyRow, keys: Keys) -> dict[str, Any]:
    """One conflict as a supervisor sees it."""
    return {
        "id": row.id,
        "barcode": row.barcode,
        "site": row.site,
        "code": row.code,
        "detail": row.detail,
        "received_at": row.received_at,
        "sent": {
            "record": row.record_id,
            "revision": row.revision,
            "device": row.device,
            "by": row.sent_by,
            "tube": presentable(keys.show(row.raw)),
        },
        "stored": {
            "record": row.stored_record,
            "revision": row.stored_revision,
            "device": row.stored_device,
            "site": row.stored_site,
            "state": row.stored_state,
            "people": row.stored_count,
            "registered_at": row.stored_at,
        },
    }


def presentable(raw: bytes) -> Any:  # noqa: ANN401 - whatever was sent
    """A kept record as an answer can carry it: half characters, which JSON may hold and UTF-8 may not, as question marks.

    What nobody knows in it may be of any depth, an answer not: one such record would hide all others from the supervisor.
    """
    return shallow(json.loads(json.dumps(json.loads(raw), ensure_ascii=False).encode("utf-8", "replace")), DEEPEST)


def shallow(value: Any, levels: int) -> Any:  # noqa: ANN401 - as above
    """The same with dots in place of what lies deeper than so many levels."""
    if not isinstance(value, dict | list):
        return value
    if levels == 0:
        return "…"
    if isinstance(value, list):
        return [shallow(item, levels - 1) for item in value]
    return {name: shallow(item, levels - 1) for name, item in value.items()}


@audited("conflict.resolved", "tube.replaced")
def resolve(desk: Desk, conflict_id: UUID, resolution: str, reason: str, caller: Caller) -> dict[str, Any]:
    """Settle a conflict: `keep_stored` leaves the tube as it is, `take_this` puts the sent record in its place."""
    entry = queries.conflict_for_update(desk.connection, conflict_id)
    if entry is None:
        raise Refused("not_found", "{what} is not known at this site.", what="This conflict")
    own_site(caller, entry.site, "This conflict")
    if entry.resolved_at is not None:
        if entry.resolution != resolution:
            raise Refused(
                "conflict_resolved",
                "This conflict was settled by {name}: {resolution}.",
                name=entry.resolved_by,
                resolution=entry.resolution,
            )
        return {"id": conflict_id, "resolution": entry.resolution}
    if resolution == "take_this":
        put_in_place(desk, entry, caller)
    mine = update(Inbox).where(Inbox.barcode == entry.barcode, Inbox.digest == entry.digest)
    desk.connection.execute(mine.values(resolved_at=desk.now, resolution=resolution, resolved_by=caller.name, reason=reason))
    happening = Happening(
        entry.barcode, "conflict.resolved", desk.now, {"conflict": str(conflict_id), "resolution": resolution, "reason": reason}
    )
    record_events(desk.connection, caller.name, desk.now, [happening])
    return {"id": conflict_id, "resolution": resolution}


def put_in_place(desk: Desk, entry: AnyRow, caller: Caller) -> None:
    """Write the sent record over the stored one, after the stored one was kept whole in the inbox."""
    record = understood(desk, None, json.loads(desk.keys.show(entry.raw)))
    writes.insert_stubs(desk.connection, [record.barcode])
    stored = {row.barcode: row for row in queries.stored_for_update(desk.connection, [record.barcode], [record.id])}
    beside = stored.pop(record.barcode)
    keep_replaced(desk, entry, record.barcode, caller)
    for other in stored:
        set_aside(desk, entry, other, record.barcode, caller)
    replaced = dataclasses.replace(record, revision=max(record.revision, (beside.revision or 0) + 1))
    writes.update_tubes(desk.connection, [replaced], entry.device, desk.now)
    days = {record.barcode: beside.collected_on} if beside.collected_on else {}
    write_people(desk, Sender(entry.device, entry.sent_by, None), [], [replaced], days)
    what = {"device": entry.device, "instead_of": beside.device, "revision": replaced.revision}
    record_events(desk.connection, caller.name, desk.now, [Happening(record.barcode, "tube.replaced", desk.now, what)])
    release_held(desk, [record.barcode])


def set_aside(desk: Desk, entry: AnyRow, barcode: str, instead: str, caller: Caller) -> None:
    """Void the tube under whose code this record came first: its device says that the people are in another tube."""
    keep_replaced(desk, entry, barcode, caller)
    void = {"record_id": ids.uuid7(desk.now), "field_state": FieldState.VOID.value}
    desk.connection.execute(update(Tube).where(Tube.barcode == barcode).values(**void))
    record_events(desk.connection, caller.name, desk.now, [Happening(barcode, "tube.replaced", desk.now, {"by": instead})])


def keep_replaced(desk: Desk, entry: AnyRow, barcode: str, caller: Caller) -> None:
    """The stored version as one more entry of the inbox, encrypted, already settled as `replaced`."""
    row = collection.tube(desk.connection, barcode)
    if row is None or row.record_id is None:
        return
    if row.kind == Kind.ALIQUOT_POOL:
        raise Refused("tube_exists", "Tube {tube} is an aliquot pool of lab {lab}; keep what is stored.", tube=barcode, lab=row.lab)
    members = collection.members(desk.connection, barcode, row.collected_on)
    known = identities(desk.connection, desk.keys, [member.person_id for member in members])
    people = [
        {"position": m.position, "group": m.member_group, "collected_at": m.collected_at, **known[m.person_id]._asdict()} for m in members
    ]
    names = ("barcode", "record_id", "revision", "site", "round", "kind", "pool_size", "field_state", "opened_at", "sealed_at", "retest_of")
    text = json.dumps({name: getattr(row, name) for name in names} | {"members": people}, ensure_ascii=False, sort_keys=True, default=str)
    kept = {
        "barcode": barcode,
        "digest": keyed(desk.keys.person, "replaced", row.device, text),
        "id": ids.uuid7(desk.now),
        "record_id": str(row.record_id),
        "revision": row.revision,
        "device": row.device,
        "site": row.site,
        "sent_by": caller.name,
        "outcome": "conflict",
        "code": "replaced",
        "detail": f"Stood here until conflict {entry.id} was settled.",
        "waits_for": None,
        "raw": desk.keys.hide(text.encode()),
        "received_at": desk.now,
        "resolved_at": desk.now,
        "resolution": "replaced",
        "resolved_by": caller.name,
    }
    writes.insert_entries(desk.connection, [kept])
