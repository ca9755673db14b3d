"""What becomes of a tube that a device sends. Pure.

First `understand` reads it (what can never be right is refused), then `judge` compares it with what is stored.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from lims.catalog.rules import Catalog
from lims.custody.rules import FieldState
from lims.kernel import barcodes, clock
from lims.kernel.errors import Refused
from lims.sampling.people.rules import Identity, IdType, canonical_number, check_born

CONTENT = json.JSONEncoder(sort_keys=True)


class Outcome(StrEnum):
    """The five answers."""

    ACCEPTED = "accepted"
    ALREADY_HAVE = "already_have"
    HELD = "held"
    CONFLICT = "conflict"
    REFUSED = "refused"


class Member(NamedTuple):
    """One person in a record, with the canonical number and the id made of it."""

    position: int
    person_id: UUID
    identity: Identity
    group: str
    collected_at: datetime


@dataclass(frozen=True)
class Record:
    """A tube as a device told it, checked and in canonical form."""

    id: UUID
    revision: int
    barcode: str
    site: str
    round: str | None
    kind: str
    pool_size: int
    state: str
    opened_at: datetime | None
    sealed_at: datetime | None
    retest_of: str | None
    members: tuple[Member, ...]
    collected_on: date
    digest: bytes


@dataclass(frozen=True)
class Stored:
    """What the database has under the barcode or the id of a record."""

    barcode: str
    record_id: UUID | None
    revision: int | None
    digest: bytes | None
    state: str | None
    device: str | None
    registered_at: datetime | None
    received_at: datetime | None = None
    collected_on: date | None = None


@dataclass(frozen=True)
class Verdict:
    """An outcome, and where it is not plain acceptance, the code and the sentence."""

    outcome: Outcome
    code: str | None = None
    detail: str | None = None

    @classmethod
    def of(cls, outcome: Outcome, refusal: Refused) -> "Verdict":
        """A verdict with the words of a refusal."""
        return cls(outcome, refusal.code, refusal.detail)


def understand(form: Any, catalog: Catalog, reach: str | None, named: Callable[[str, str], UUID], now: datetime) -> Record:  # noqa: ANN401 - a TubeForm; rules know no forms
    """A device's tube in canonical form; Refused where it can never be right.

    `reach` is the only site the sender may speak for (None: any); `named` turns a number into a person's id.
    """
    barcode = barcodes.check(barcodes.normalise(form.barcode), barcodes.Kind.TUBE, catalog.formats)
    if form.site not in catalog.sites or (reach is not None and form.site != reach):
        raise Refused("site_unknown", "There is no site {site} for this device.", site=form.site)
    retest_of = barcodes.normalise(form.retest_of) if form.retest_of else None
    if retest_of:
        barcodes.check(retest_of, barcodes.Kind.TUBE, catalog.formats)
    members = tuple(understood_member(member, named, now) for member in form.members)
    check_members(form, barcode, members)
    check_times(form, barcode, now)
    if retest_of == barcode:
        raise Refused("retest_of_itself", "Tube {tube} cannot be its own recollection.", tube=barcode)
    told = form.sealed_at or form.opened_at or min((m.collected_at for m in members), default=now)
    return Record(
        id=form.id,
        revision=form.revision,
        barcode=barcode,
        site=form.site,
        round=form.round,
        kind=form.kind,
        pool_size=form.pool_size,
        state=form.state,
        opened_at=form.opened_at,
        sealed_at=form.sealed_at,
        retest_of=retest_of,
        members=members,
        collected_on=clock.local_day(told, catalog.sites[form.site].timezone),
        digest=digest_of(form, barcode, retest_of, members),
    )


def digest_of(form: Any, barcode: str, retest_of: str | None, members: Sequence[Member]) -> bytes:  # noqa: ANN401 - a TubeForm
    """The SHA-256 of what a device told, but for id and revision; of times the instants, so that a repeat in another notation is one.

    For ever byte for byte what it was: otherwise every repeat of what is stored would be a conflict.
    """
    content = {
        "barcode": barcode,
        "kind": form.kind,
        "members": [
            {
                "collected_at": member.collected_at.timestamp(),
                "group": member.group,
                "identity": member.identity._asdict(),
                "person_id": str(member.person_id),
                "position": member.position,
            }
            for member in sorted(members, key=lambda member: member.position)
        ],
        "opened_at": form.opened_at.timestamp() if form.opened_at else None,
        "pool_size": form.pool_size,
        "retest_of": retest_of,
        "round": form.round,
        "sealed_at": form.sealed_at.timestamp() if form.sealed_at else None,
        "site": form.site,
        "state": form.state,
    }
    return hashlib.sha256(CONTENT.encode(content).encode()).digest()


def understood_member(form: Any, named: Callable[[str, str], UUID], now: datetime) -> Member:  # noqa: ANN401 - a MemberForm
    """One person, with the number in canonical form."""
    number = canonical_number(form.id_type, form.id_number)
    if form.id_type is IdType.RESIDENT_ID:
        check_born(number, now)
    identity = Identity(form.id_type.value, number, form.name.strip(), form.phone.strip())
    return Member(form.position, named(form.id_type.value, number), identity, form.group, form.collected_at)


def check_members(form: Any, barcode: str, members: tuple[Member, ...]) -> None:  # noqa: ANN401 - a TubeForm
    """Refused where the people cannot be those of one tube."""
    if form.kind == "single" and form.pool_size != 1:
        raise Refused("single_of_many", "Tube {tube} is a single tube and cannot hold {size} people.", tube=barcode, size=form.pool_size)
    if len(members) > form.pool_size:
        raise Refused(
            "tube_overfull",
            "Tube {tube} holds {size} people, not {count}. Scan a new tube.",
            tube=barcode,
            size=form.pool_size,
            count=len(members),
        )
    if len({member.person_id for member in members}) < len(members):
        raise Refused("person_twice", "Tube {tube} has the same person twice; remove one of the two.", tube=barcode)
    positions = [member.position for member in members]
    if len(set(positions)) < len(positions) or max(positions, default=1) > form.pool_size:
        raise Refused("positions_wrong", "Tube {tube}: the positions are not 1 to {size}, each once.", tube=barcode, size=form.pool_size)
    if form.state == FieldState.SEALED and not members:
        raise Refused("tube_empty", "Tube {tube} is sealed with nobody in it.", tube=barcode)


def check_times(form: Any, barcode: str, now: datetime) -> None:  # noqa: ANN401 - a TubeForm
    """Refused where a time is missing or lies in the future; every other odd time is only noted."""
    if form.state == FieldState.SEALED and form.sealed_at is None:
        raise Refused("sealed_without_time", "Tube {tube} is sealed, but nobody said when.", tube=barcode)
    for at in (form.opened_at, form.sealed_at, *(member.collected_at for member in form.members)):
        if at is not None:
            clock.happened(at, now)


def judge(record: Record, stored: Mapping[str, Stored], by_id: Mapping[UUID, Stored]) -> Verdict:
    """What becomes of a record beside what is stored under its barcode and under its id. `accepted` means: write it."""
    same_id, same_code = by_id.get(record.id), stored.get(record.barcode)
    if same_id is not None and same_id.barcode != record.barcode:
        return conflict(
            "record_of_another_tube",
            "This record was sent before for tube {other}; it now says {tube}.",
            other=same_id.barcode,
            tube=record.barcode,
        )
    if same_code is None or same_code.record_id is None:
        return Verdict(Outcome.ACCEPTED)
    if same_code.record_id != record.id:
        return conflict(
            "tube_of_another_device",
            "Tube {tube} was registered by {device} at {at:%Y-%m-%d %H:%M:%S}Z; keep this tube aside and call your supervisor.",
            tube=record.barcode,
            device=f"device {same_code.device}" if same_code.device else "a lab",
            at=same_code.registered_at,
        )
    return judge_revision(record, same_code)


def judge_revision(record: Record, known: Stored) -> Verdict:
    """What becomes of a record whose tube is known under the same id."""
    revision, same = known.revision or 0, known.digest == record.digest
    if record.revision < revision or (record.revision == revision and same):
        return Verdict(Outcome.ALREADY_HAVE)
    if record.revision == revision:
        return conflict(
            "revision_differs",
            "Revision {revision} of tube {tube} was sent before with other content.",
            revision=revision,
            tube=record.barcode,
        )
    if record.state == FieldState.VOID and known.received_at is not None:
        return conflict(
            "void_in_lab",
            "Tube {tube} is in a lab since {at:%Y-%m-%d %H:%M}Z; it cannot be given up any more. Call your supervisor.",
            tube=record.barcode,
            at=known.received_at,
        )
    if known.state != FieldState.OPEN and not same:
        return conflict(
            "tube_closed",
            "Tube {tube} is {state}; it cannot be changed any more. Call your supervisor.",
            tube=record.barcode,
            state=known.state,
        )
    return Verdict(Outcome.ACCEPTED)


def conflict(code: str, sentence: str, **facts: object) -> Verdict:
    """A conflict with its words."""
    return Verdict.of(Outcome.CONFLICT, Refused(code, sentence, **facts))


def in_order(records: Sequence[Record]) -> list[Record]:
    """The records of one message, each after those of the tube that it answers; otherwise in the order of the message."""
    answers = {record.barcode: record.retest_of for record in records}

    def depth(record: Record) -> int:
        steps, code = 0, record.retest_of
        while code in answers and steps < len(records):
            steps, code = steps + 1, answers[code]
        return steps

    return sorted(records, key=depth)


def waves(records: Sequence[Record]) -> list[list[Record]]:
    """The records of one message in rounds: none names a tube or an id twice, and what answers a tube comes in a later one than it."""
    rounds: list[tuple[set[str | UUID], list[Record]]] = []
    for record in in_order(records):
        names: set[str | UUID] = {record.barcode, record.id}
        before = [number for number, (taken, _) in enumerate(rounds) if taken & names or record.retest_of in taken]
        after = max(before, default=-1) + 1
        if after == len(rounds):
            rounds.append((set(), []))
        rounds[after][0].update(names)
        rounds[after][1].append(record)
    return [members for _, members in rounds]
