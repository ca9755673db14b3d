"""Keeping raw what could not simply be taken.

In clear stands only what cannot be a person's: where a tube's code is expected, somebody may have scanned an ID card.
"""

import json
from collections.abc import Iterable
from uuid import UUID

from lims.kernel import barcodes, ids
from lims.kernel.audit.actions import record as record_events
from lims.kernel.audit.rules import Happening
from lims.kernel.errors import Refused
from lims.kernel.refusals import CATALOGUE
from lims.kernel.secrets import keyed
from lims.sampling.sync import writes
from lims.sampling.sync.desk import Desk, Sender
from lims.sampling.sync.rules import Outcome, Record, Verdict

TAKEN = (Outcome.ACCEPTED, Outcome.ALREADY_HAVE)
# Refusals whose sentence repeats what was scanned or typed.
REPEATS_WHAT_WAS_SAID = {"barcode_unknown_format", "barcode_check_digit", "site_unknown"}
UNREADABLE = "unreadable"


def keep(desk: Desk, sender: Sender, judged: Iterable[tuple[object, Verdict, Record | None]]) -> None:
    """Keep whatever was not taken; the same words of the same device once, as they were judged last."""
    rows = {}
    for raw, verdict, record in judged:
        if verdict.outcome in TAKEN or verdict.code is None:
            continue
        text = json.dumps(raw, sort_keys=True)
        barcode = record.barcode if record else clear_code(desk, raw)
        digest = keyed(desk.keys.person, "raw", sender.device, text)
        rows[barcode, digest] = {
            "barcode": barcode,
            "digest": digest,
            "id": ids.uuid7(),
            "record_id": str(record.id) if record else clear_id(raw),
            "revision": record.revision if record else 0,
            "device": sender.device,
            "site": record.site if record else None,
            "sent_by": sender.name,
            "outcome": verdict.outcome.value,
            "code": verdict.code,
            "detail": CATALOGUE[verdict.code].title if verdict.code in REPEATS_WHAT_WAS_SAID else verdict.detail,
            "waits_for": record.retest_of if record and verdict.outcome is Outcome.HELD else None,
            "raw": desk.keys.hide(text.encode()),
            "received_at": desk.now,
        }
    if not rows:
        return
    # Sorted, so that two messages with the same records cannot lock each other out.
    fresh = writes.insert_entries(desk.connection, [rows[key] for key in sorted(rows)])
    note(desk, sender, ((entry.barcode, entry.id, entry.outcome, entry.code) for entry in fresh))


def note(desk: Desk, sender: Sender, entries: Iterable[tuple[str, UUID, str, str]]) -> None:
    """Write into the trail what became of kept records: barcode, entry, outcome and code of each."""
    happenings = [
        Happening(barcode, "sync.kept", desk.now, {"outcome": outcome, "code": code, "entry": str(entry)})
        for barcode, entry, outcome, code in entries
    ]
    record_events(desk.connection, sender.name, desk.now, happenings)


def clear_code(desk: Desk, raw: object) -> str:
    """The code of an unreadable record where it is a tube's, perhaps misread; otherwise a word that says nothing."""
    scanned = barcodes.normalise(str(raw.get("barcode", ""))) if isinstance(raw, dict) else ""
    if barcodes.OWN.fullmatch(scanned) and scanned[:2] in barcodes.KIND_OF_PREFIX:
        return scanned
    try:
        return barcodes.check(scanned, barcodes.Kind.TUBE, desk.catalog.formats)
    except Refused:
        return UNREADABLE


def clear_id(raw: object) -> str:
    """The id of an unreadable record where it is one."""
    try:
        return str(UUID(str(raw.get("id")))) if isinstance(raw, dict) else ""
    except ValueError:
        return ""
