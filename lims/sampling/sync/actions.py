"""Taking what devices send.

New tubes cost the same number of statements however many there are. A tube that is spoken of before it is registered
(by a lab that scanned it, by a recollection that answers it) has a row without a record: whoever registers it finds that
row, locks it, and frees what waited for it in the same transaction. So nothing can slip between "not yet" and "now".
"""

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection

from lims.kernel.audit.actions import record as record_events
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.sampling.people.actions import remember
from lims.sampling.sync import inbox, queries, writes
from lims.sampling.sync.desk import Desk, Sender
from lims.sampling.sync.forms import OutcomeForm, TubeForm, spoken
from lims.sampling.sync.rules import Outcome, Record, Verdict, judge, understand, waves

SKEW_NOTED_SECONDS = 120
MOST_PLACES = 5


@audited("sync.kept")
def take(desk: Desk, sender: Sender, tubes: Sequence[Any]) -> list[OutcomeForm]:
    """One outcome for each tube, in the order in which they came."""
    readable: dict[int, Record] = {}
    verdicts: dict[int, Verdict] = {}
    for number, raw in enumerate(tubes):
        try:
            readable[number] = understood(desk, sender.site, raw)
        except Refused as refusal:
            verdicts[number] = Verdict.of(Outcome.REFUSED, refusal)
    number_of = {id(record): number for number, record in readable.items()}
    rounds = waves([*readable.values()])
    met = lock(desk.connection, rounds)
    for wave in rounds:
        verdicts |= {number_of[id(record)]: verdict for record, verdict in settle(desk, sender, wave, met)}
    held = [record for number, record in readable.items() if verdicts[number].outcome is Outcome.HELD]
    verdicts |= {number_of[id(record)]: verdict for record, verdict in settle_freed(desk, sender, held)}
    inbox.keep(desk, sender, [(tubes[number], verdict, readable.get(number)) for number, verdict in sorted(verdicts.items())])
    return [answer(tubes[number], readable.get(number), verdicts[number]) for number in range(len(tubes))]


@unaudited("`settle` writes the events of the tubes it takes")
def settle_freed(desk: Desk, sender: Sender, held: Sequence[Record]) -> list[tuple[Record, Verdict]]:
    """Held records whose tube is here now: another tube of the message has freed it, and what frees them was not in the inbox yet."""
    waiting, settled = [*held], []
    while waiting and (met := queries.registered_for_update(desk.connection, {record.retest_of for record in waiting if record.retest_of})):
        come = [record for record in waiting if record.retest_of in met]
        waiting = [record for record in waiting if record.retest_of not in met]
        for wave in waves(come):
            settled += settle(desk, sender, wave, met)
    return settled


@unaudited("it reads and writes nothing")
def understood(desk: Desk, site: str | None, raw: object) -> Record:
    """A tube of the message in canonical form; Refused naming the field where it has not the agreed shape."""
    try:
        form = TubeForm.model_validate(raw)
    except ValidationError as wrong:
        # The values themselves stay out of the sentence: they may be personal data.
        errors = wrong.errors(include_input=False)[:MOST_PLACES]
        places = "; ".join(f"{'.'.join(str(step) for step in error['loc']) or 'tube'}: {error['msg']}" for error in errors)
        raise Refused("record_malformed", "The record does not have the agreed shape: {places}.", places=spoken(places)) from None
    return understand(form, desk.catalog, site, desk.named, desk.now)


def said(raw: object, name: str) -> str:
    """What an unreadable record has in this place, as text that can be sent back (JSON may hold half characters)."""
    return str(raw.get(name, "") if isinstance(raw, dict) else "").encode("utf-8", "replace").decode()


def answer(raw: object, record: Record | None, verdict: Verdict) -> OutcomeForm:
    """What the device is told about one tube, under the very id and barcode it sent."""
    revision = raw.get("revision") if isinstance(raw, dict) else None
    return OutcomeForm(
        id=said(raw, "id"),
        barcode=record.barcode if record else said(raw, "barcode"),
        revision=record.revision if record else revision if isinstance(revision, int) else 0,
        outcome=verdict.outcome.value,
        code=verdict.code,
        detail=verdict.detail,
    )


def lock(connection: Connection, rounds: Sequence[Sequence[Record]]) -> set[str]:
    """Lock every tube that a message with recollections names, in one order, and say which of them are registered.

    Round by round the orders of two messages could cross, and one of the two would have to come again.
    """
    names = {name for wave in rounds for record in wave for name in (record.barcode, record.retest_of) if name}
    if len(rounds) > 1:
        return meet(connection, names)
    recollected = any(record.retest_of for wave in rounds for record in wave)
    return queries.registered_for_update(connection, names) if recollected else set()


@audited("tube.registered", "tube.changed")
def settle(desk: Desk, sender: Sender, wave: Sequence[Record], known: AbstractSet[str] = frozenset()) -> list[tuple[Record, Verdict]]:
    """Judge and write records of which no two name the same tube; then whatever had waited for them. `known`: registered and locked."""
    met = known | meet(desk.connection, {record.retest_of for record in wave if record.retest_of} - known)
    able = [record for record in wave if not record.retest_of or record.retest_of in met]
    held = [record for record in wave if record.retest_of and record.retest_of not in met]
    fresh = writes.insert_tubes(desk.connection, able, sender.device, desk.now)
    rest = [record for record in able if record.barcode not in fresh]
    verdicts = {record.id: Verdict(Outcome.ACCEPTED) for record in able if record.barcode in fresh}
    changed: list[Record] = []
    spoken_of: set[str] = set()
    days: dict[str, date] = {}
    if rest:
        stored = queries.stored_for_update(desk.connection, [r.barcode for r in rest], [r.id for r in rest])
        by_code, by_id = {row.barcode: row for row in stored}, {row.record_id: row for row in stored if row.record_id}
        verdicts |= {record.id: judge(record, by_code, by_id) for record in rest}
        changed = [record for record in rest if verdicts[record.id].outcome is Outcome.ACCEPTED]
        spoken_of = {row.barcode for row in stored if row.record_id is None}
        days = {row.barcode: row.collected_on for row in stored if row.collected_on}
        writes.update_tubes(desk.connection, changed, sender.device, desk.now)
    first = [record for record in able if record.barcode in fresh] + [record for record in changed if record.barcode in spoken_of]
    write_people(desk, sender, first, [record for record in changed if record.barcode not in spoken_of], days)
    if changed:
        release_held(desk, [record.barcode for record in changed])
    for record in held:
        verdicts[record.id] = held_for(record)
    return [(record, verdicts[record.id]) for record in wave]


@audited("tube.registered", "tube.changed")
def write_people(desk: Desk, sender: Sender, fresh: Sequence[Record], changed: Sequence[Record], days: Mapping[str, date]) -> None:
    """Members, people and events of the records that were taken: of tubes registered now, and of tubes that were before, on `days`.

    Whoever keeps figures of a day learns from the trail which tubes have left it (`was_of`).
    """
    taken = [*fresh, *changed]
    if not taken:
        return
    # A microsecond for each revision: a corrected name outweighs the one that it corrects.
    told = ((m.person_id, m.identity, m.collected_at + timedelta(microseconds=r.revision)) for r in taken for m in r.members)
    remember(desk.connection, desk.keys, told)
    if changed:
        writes.delete_members(desk.connection, [record.barcode for record in changed], {*days.values()})
    writes.insert_members(desk.connection, taken)
    new = {record.barcode for record in fresh}
    skew = {"skew_seconds": sender.skew_seconds} if abs(sender.skew_seconds) > SKEW_NOTED_SECONDS else {}
    before = {record.barcode: days.get(record.barcode, record.collected_on) for record in changed}
    left = {record.barcode: {"was_of": str(before[record.barcode])} for record in changed if before[record.barcode] != record.collected_on}
    happenings = [
        Happening(
            record.barcode,
            "tube.registered" if record.barcode in new else "tube.changed",
            record.sealed_at or record.opened_at or desk.now,
            {"device": sender.device, "revision": record.revision, "state": record.state, "people": len(record.members)}
            | skew
            | left.get(record.barcode, {}),
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
    """Take what waited for these tubes, as if it were sent now by those who sent it.

    What one person sent from one device, with nothing of another's between, is taken together; who came first stays first.
    """
    waiting = queries.waiting_for(desk.connection, registered)
    for sender, entries in groupby(waiting, key=lambda entry: Sender(entry.device, entry.sent_by, None)):
        free(desk, sender, [*entries])


@unaudited("`settle` writes the events of the tubes it takes, `inbox.note` those of the others")
def free(desk: Desk, sender: Sender, entries: Sequence[AnyRow]) -> None:
    """Take held entries of one sender, and say in each what became of it."""
    verdicts: dict[int, Verdict] = {}
    readable: dict[int, Record] = {}
    for number, entry in enumerate(entries):
        try:
            readable[number] = understood(desk, None, json.loads(desk.keys.show(entry.raw)))
        except Refused as refusal:
            verdicts[number] = Verdict.of(Outcome.REFUSED, refusal)
    number_of = {id(record): number for number, record in readable.items()}
    for wave in waves([*readable.values()]):
        verdicts |= {number_of[id(record)]: verdict for record, verdict in settle(desk, sender, wave)}
    judged = [(entry, verdicts[number]) for number, entry in enumerate(entries)]
    writes.update_entries(desk.connection, judged, desk.now)
    left = [(entry, verdict) for entry, verdict in judged if verdict.outcome not in inbox.TAKEN]
    inbox.note(desk, sender, [(entry.barcode, entry.id, verdict.outcome.value, verdict.code) for entry, verdict in left if verdict.code])
