"""Taking what devices send.

New tubes cost the same number of statements however many there are. A tube that is spoken of before it is registered
(by a lab that scanned it, by a recollection that answers it) has a row without a record: whoever registers it finds that
row, locks it, and frees what waited for it in the same transaction. So nothing can slip between "not yet" and "now".
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.kernel import ids
from lims.kernel.audit.actions import record as record_events
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.errors import Refused
from lims.kernel.secrets import Keys, keyed
from lims.sampling.people.actions import remember
from lims.sampling.people.rules import person_id
from lims.sampling.sync import queries, writes
from lims.sampling.sync.forms import OutcomeForm, TubeForm
from lims.sampling.sync.rules import Outcome, Record, Verdict, judge, understand, waves

SKEW_NOTED_SECONDS = 120


@dataclass(frozen=True)
class Desk:
    """Where a message is judged: everything an action needs that is not the message."""

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


@audited("sync.kept")
def take(desk: Desk, sender: Sender, tubes: Sequence[dict[str, Any]]) -> list[OutcomeForm]:
    """One outcome for each tube, in the order in which they came."""
    readable: dict[int, Record] = {}
    verdicts: dict[int, Verdict] = {}
    for number, raw in enumerate(tubes):
        try:
            readable[number] = understood(desk, sender.site, raw)
        except Refused as refusal:
            verdicts[number] = Verdict.of(Outcome.REFUSED, refusal)
    number_of = {id(record): number for number, record in readable.items()}
    # Recollections come after the pools that may be in the same message.
    for wave in waves(sorted(readable.values(), key=lambda record: record.retest_of is not None)):
        verdicts |= {number_of[id(record)]: verdict for record, verdict in settle(desk, sender, wave)}
    keep(desk, sender, [(tubes[number], verdict, readable.get(number)) for number, verdict in sorted(verdicts.items())])
    return [answer(tubes[number], readable.get(number), verdicts[number]) for number in range(len(tubes))]


def understood(desk: Desk, site: str | None, raw: dict[str, Any]) -> Record:
    """A tube of the message in canonical form; Refused naming the field where it has not the agreed shape."""
    try:
        form = TubeForm.model_validate(raw)
    except ValidationError as wrong:
        # The values themselves stay out of the sentence: they may be personal data.
        places = "; ".join(f"{'.'.join(str(step) for step in error['loc'])}: {error['msg']}" for error in wrong.errors(include_input=False))
        raise Refused("record_malformed", "The record does not have the agreed shape: {places}.", places=places) from None
    return understand(form, desk.catalog, site, desk.named, desk.now)


def answer(raw: dict[str, Any], record: Record | None, verdict: Verdict) -> OutcomeForm:
    """What the device is told about one tube, under the very id and barcode it sent."""
    revision = raw.get("revision")
    return OutcomeForm(
        id=str(raw.get("id", "")),
        barcode=record.barcode if record else str(raw.get("barcode", "")),
        revision=revision if isinstance(revision, int) else 0,
        outcome=verdict.outcome.value,
        code=verdict.code,
        detail=verdict.detail,
    )


@audited("tube.registered", "tube.changed")
def settle(desk: Desk, sender: Sender, wave: Sequence[Record]) -> list[tuple[Record, Verdict]]:
    """Judge and write records of which no two name the same tube; then whatever had waited for them."""
    met = meet(desk.connection, {record.retest_of for record in wave if record.retest_of})
    able = [record for record in wave if not record.retest_of or record.retest_of in met]
    held = [record for record in wave if record.retest_of and record.retest_of not in met]
    fresh = writes.insert_tubes(desk.connection, able, sender.device, desk.now)
    rest = [record for record in able if record.barcode not in fresh]
    verdicts = {record.id: Verdict(Outcome.ACCEPTED) for record in able if record.barcode in fresh}
    changed: list[Record] = []
    if rest:
        stored = queries.stored_for_update(desk.connection, [r.barcode for r in rest], [r.id for r in rest])
        by_code, by_id = {row.barcode: row for row in stored}, {row.record_id: row for row in stored if row.record_id}
        verdicts |= {record.id: judge(record, by_code, by_id) for record in rest}
        changed = [record for record in rest if verdicts[record.id].outcome is Outcome.ACCEPTED]
        writes.update_tubes(desk.connection, changed, sender.device, desk.now)
    write_people(desk, sender, [record for record in able if record.barcode in fresh], changed)
    if changed:
        release_held(desk, [record.barcode for record in changed])
    for record in held:
        verdicts[record.id] = held_for(record)
    return [(record, verdicts[record.id]) for record in wave]


def write_people(desk: Desk, sender: Sender, fresh: Sequence[Record], changed: Sequence[Record]) -> None:
    """Members, people and events of the records that were taken."""
    taken = [*fresh, *changed]
    if not taken:
        return
    remember(desk.connection, desk.keys, {m.person_id: (m.identity, m.collected_at) for r in taken for m in r.members})
    if changed:
        writes.delete_members(desk.connection, [record.barcode for record in changed])
    writes.insert_members(desk.connection, taken)
    new = {record.barcode for record in fresh}
    skew = {"skew_seconds": sender.skew_seconds} if abs(sender.skew_seconds) > SKEW_NOTED_SECONDS else {}
    happenings = [
        Happening(
            record.barcode,
            "tube.registered" if record.barcode in new else "tube.changed",
            record.sealed_at or record.opened_at or desk.now,
            {"device": sender.device, "revision": record.revision, "state": record.state, "people": len(record.members)} | skew,
        )
        for record in taken
    ]
    record_events(desk.connection, sender.name, desk.now, happenings)


def meet(connection: Connection, codes: set[str]) -> set[str]:
    """Which of these tubes are registered. Those nobody has met get a row without a record, locked until we commit."""
    if not codes:
        return set()
    met = queries.registered_for_update(connection, codes)
    if met != codes:
        writes.insert_stubs(connection, codes - met)
        met = queries.registered_for_update(connection, codes)
    return met


def held_for(record: Record) -> Verdict:
    """The verdict on a recollection whose pool we have not met."""
    refusal = Refused(
        "held_for_tube",
        "Tube {tube} answers tube {pool}, which nobody has sent yet; it is kept.",
        tube=record.barcode,
        pool=record.retest_of,
    )
    return Verdict.of(Outcome.HELD, refusal)


@unaudited("`settle` writes the events of the tubes it takes")
def release_held(desk: Desk, registered: Sequence[str]) -> None:
    """Take what waited for these tubes, as if it were sent now by those who sent it."""
    for entry in queries.waiting_for(desk.connection, registered):
        sender = Sender(entry.device, entry.sent_by, None)
        try:
            record = understood(desk, None, json.loads(desk.keys.show(entry.raw)))
            ((_, verdict),) = settle(desk, sender, [record])
        except Refused as refusal:
            verdict = Verdict.of(Outcome.REFUSED, refusal)
        writes.update_entry(desk.connection, entry.barcode, entry.digest, verdict, desk.now)


def keep(desk: Desk, sender: Sender, judged: Iterable[tuple[dict[str, Any], Verdict, Record | None]]) -> None:
    """Keep raw whatever was not simply taken; the same words of the same device once."""
    rows, happenings = [], []
    for raw, verdict, record in judged:
        if verdict.outcome in (Outcome.ACCEPTED, Outcome.ALREADY_HAVE):
            continue
        text = json.dumps(raw, ensure_ascii=False, sort_keys=True)
        barcode = (record.barcode if record else str(raw.get("barcode", "")))[:100]
        row = {
            "barcode": barcode,
            "digest": keyed(desk.keys.person, "raw", sender.device, text),
            "id": ids.uuid7(),
            "record_id": str(raw.get("id", ""))[:100],
            "revision": record.revision if record else 0,
            "device": sender.device,
            "site": record.site if record else None,
            "sent_by": sender.name,
            "outcome": verdict.outcome.value,
            "code": verdict.code,
            "detail": verdict.detail,
            "waits_for": record.retest_of if record and verdict.outcome is Outcome.HELD else None,
            "raw": desk.keys.hide(text.encode()),
            "received_at": desk.now,
        }
        rows.append(row)
        happenings.append(
            Happening(barcode, "sync.kept", desk.now, {"outcome": row["outcome"], "code": row["code"], "entry": str(row["id"])})
        )
    if rows:
        writes.insert_entries(desk.connection, rows)
        record_events(desk.connection, sender.name, desk.now, happenings)
