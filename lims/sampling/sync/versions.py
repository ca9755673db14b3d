"""The two versions of a conflict as a supervisor compares them. Names are in it: only for doors that say so."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.sampling.people.queries import identities
from lims.sampling.people.rules import Identity
from lims.sampling.sync import queries
from lims.sampling.sync.actions import understood
from lims.sampling.sync.desk import Desk
from lims.sampling.sync.rules import Record

COMPARED = ("barcode", "site", "round", "kind", "pool_size", "state", "opened_at", "sealed_at", "retest_of")


@dataclass(frozen=True)
class Person:
    """Somebody in one version; `alone` where the other version does not have them."""

    position: int
    identity: Identity
    group: str
    collected_at: datetime
    alone: bool


@dataclass(frozen=True)
class Version:
    """One story about a tube: who told it, when it came, and what it says."""

    device: str | None
    by: str | None
    at: datetime | None
    revision: int | None
    says: dict[str, Any]
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Conflict:
    """A conflict with both versions; either may be missing (nothing is stored yet, or what was sent can no longer be read)."""

    id: UUID
    barcode: str
    code: str
    detail: str
    sent: Version | None
    stored: Version | None

    def differs(self, name: str) -> bool:
        """Whether the two versions say this differently."""
        return self.sent is not None and self.stored is not None and self.sent.says[name] != self.stored.says[name]

    @property
    def same_people(self) -> bool:
        """Whether both have the same people, though perhaps not in the same order."""
        people = [person for version in (self.sent, self.stored) if version for person in version.people]
        return not any(person.alone for person in people)


def side_by_side(desk: Desk, site: str | None, limit: int) -> list[Conflict]:
    """Open conflicts of a site, oldest first: four statements, however many."""
    entries = queries.conflicts(desk.connection, site, None, limit)
    records = {entry.id: read(desk, entry) for entry in entries}
    tubes = queries.told_of(desk.connection, [entry.barcode for entry in entries], [r.id for r in records.values() if r])
    members = queries.people_in(desk.connection, tubes)
    known = identities(desk.connection, desk.keys, {member.person_id for member in members})
    by_code, by_id = {tube.barcode: tube for tube in tubes}, {tube.record_id: tube for tube in tubes if tube.record_id}
    result = []
    for entry in entries:
        record = records[entry.id]
        tube = by_id.get(record.id) if record and entry.code == "record_of_another_tube" else by_code.get(entry.barcode)
        inside = [member for member in members if tube is not None and member.barcode == tube.barcode]
        sent = sent_version(entry, record, {member.person_id for member in inside}) if record else None
        theirs = {member.person_id for member in record.members} if record else set()
        stored = stored_version(tube, inside, known, theirs) if tube is not None else None
        result.append(Conflict(entry.id, entry.barcode, entry.code, entry.detail, sent, stored))
    return result


def read(desk: Desk, entry: AnyRow) -> Record | None:
    """What was sent; None where it is no longer understood (its site is gone from the catalogue)."""
    try:
        return understood(desk, None, json.loads(desk.keys.show(entry.raw)))
    except Refused:
        return None


def sent_version(entry: AnyRow, record: Record, others: set[UUID]) -> Version:
    """What was sent and not taken."""
    people = tuple(Person(m.position, m.identity, m.group, m.collected_at, m.person_id not in others) for m in record.members)
    says = {name: getattr(record, name) for name in COMPARED}
    return Version(entry.device, entry.sent_by, entry.received_at, record.revision, says, people)


def stored_version(tube: AnyRow, inside: Sequence[AnyRow], known: dict[UUID, Identity], others: set[UUID]) -> Version:
    """What counts until the conflict is settled."""
    people = tuple(
        Person(m.position, known[m.person_id], m.member_group, m.collected_at, m.person_id not in others)
        for m in inside
        if m.person_id in known
    )
    says = {name: getattr(tube, "field_state" if name == "state" else name) for name in COMPARED}
    return Version(tube.device, None, tube.registered_at, tube.revision, says, people)
