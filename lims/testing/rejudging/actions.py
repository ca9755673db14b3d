"""Stored readings judged again: first a list of differences, then a second person's decision on each."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection, Date, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from lims.catalog.rules import Assay, Catalog
from lims.custody.rules import Call
from lims.kernel import ids, partitions
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.auth.rules import Caller
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.testing.amending import queries as amending
from lims.testing.amending.actions import fit_run, replace
from lims.testing.instruments.tables import ReadingRow, Run, RunFile
from lims.testing.interpretation import queries as interpretation
from lims.testing.interpretation.tables import CallRow
from lims.testing.rejudging import queries
from lims.testing.rejudging.forms import DecideForm, RejudgeForm
from lims.testing.rejudging.rules import Change, changes, refuse_incomparable
from lims.testing.rejudging.tables import Rejudged, Rejudgement

MOST_TUBES = 20_000


@audited("rejudgement.made")
def compare(connection: Connection, catalog: Catalog, form: RejudgeForm, by: str, now: datetime) -> None:
    """Judge stored readings by another version and keep every difference from what is released. No result changes."""
    old, new = catalog.assay(form.assay, form.from_version), catalog.assay(form.assay, form.to_version)
    refuse_incomparable(old, new)
    zone = catalog.lab(form.lab).timezone
    released = queries.released(connection, form.lab, zone, (old.code, old.version), (form.since, form.until))
    if len(released) > MOST_TUBES:
        raise Refused("rejudge_too_many", "{count} results are too many at once; choose fewer days.", count=len(released))
    found = differences(connection, released, new)
    runs = len({row.run for row in released})
    asked = form.model_dump() | {"runs": runs, "tubes": len(released), "started_at": now, "started_by": by}
    connection.execute(insert(Rejudgement).values(asked))
    if found:
        rows = [
            {"barcode": change.tube, "rejudgement": form.id, "run": run, "well": change.well, "was": change.was.value,
             "call": change.verdict.call.value, "reasons": list(change.verdict.reasons), "controls_passed": change.controls_passed,
             "started_by": by}
            for run, change in found
        ]  # fmt: skip
        connection.execute(insert(Rejudged), rows)
    what = {"assay": old.code, "from": old.version, "to": new.version, "tubes": len(released), "differences": len(found)}
    record(connection, by, now, [Happening(str(form.id), "rejudgement.made", now, what | {"lab": form.lab})])


def differences(connection: Connection, released: Sequence[AnyRow], assay: Assay) -> list[tuple[UUID, Change]]:
    """Every released result that the version would call otherwise, with its run."""
    was: dict[UUID, dict[str, Call]] = defaultdict(dict)
    for row in released:
        was[row.run][row.barcode] = Call(row.call)
    plates = queries.plates_of(connection, list(was))
    codes = {what["tube"] for plate in plates for what in plate.wells.values() if "tube" in what} | {plate.barcode for plate in plates}
    cts: dict[UUID, dict[str, dict[str, float | None]]] = defaultdict(lambda: defaultdict(dict))
    for reading in queries.readings(connection, sorted(codes), list(was), sorted({row.day for row in released})):
        cts[reading.run][reading.well][reading.target] = reading.ct
    return [(plate.id, change) for plate in plates for change in changes(plate.wells, cts[plate.id], was[plate.id], assay)]


@audited("tube.amended", "rejudgement.applied", "rejudgement.rejected")
def decide(connection: Connection, catalog: Catalog, asked: AnyRow, form: DecideForm, caller: Caller, now: datetime) -> None:
    """Apply a difference as an amendment that rests on the same readings, or reject it; by somebody else than who asked."""
    if asked.started_by == caller.name:
        raise Refused("rejudge_own", "You asked for this comparison; another reviewer decides on it.")
    tube = interpretation.tubes_for_update(connection, [form.tube]).get(form.tube)
    change = queries.change_for_update(connection, asked.id, form.tube)
    if change is None or tube is None:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Tube {form.tube}")
    if change.decision is not None:
        raise Refused("rejudge_decided", "Tube {tube} was decided on by {name} already.", tube=form.tube, name=change.decided_by)
    if form.decision == "apply":
        apply(connection, catalog, asked, change, form, caller, now)
    said = {"decision": "applied" if form.decision == "apply" else "rejected", "decided_by": caller.name, "decided_at": now}
    mine = update(Rejudged).where(Rejudged.barcode == form.tube, Rejudged.rejudgement == asked.id)
    connection.execute(mine.values(**said, why=form.reason.strip()))
    what = {"tube": form.tube, "was": change.was, "call": change.call}
    verb = "rejudgement.applied" if form.decision == "apply" else "rejudgement.rejected"
    record(connection, caller.name, now, [Happening(str(asked.id), verb, now, what)])


@unaudited("a part of deciding, which writes the events")
def apply(connection: Connection, catalog: Catalog, asked: AnyRow, change: AnyRow, form: DecideForm, caller: Caller, now: datetime) -> None:
    """The amendment of one tube, with all that guards a release."""
    standing = amending.releases(connection, change.barcode)[0]
    if not standing.standing or standing.run != change.run or standing.call != change.was:
        raise Refused("rejudge_overtaken", "Tube {tube} has another result by now; compare again.", tube=change.barcode)
    if not change.controls_passed:
        raise Refused(
            "rejudge_controls", "By version {version} the controls of this run failed: nothing follows from it.", version=asked.to_version
        )
    run = fit_run(connection, catalog, change.barcode, change.run, Call(change.call), now, caller)
    again = write_run(connection, catalog.assay(asked.assay, asked.to_version), asked, change, run, now)
    replace(connection, change.barcode, standing.revision, again, form.id, form.reason.strip(), now, caller.name, now)
    what = {"was": change.was, "call": change.call, "run": str(again), "revision": standing.revision + 1, "rejudgement": str(asked.id)}
    record(connection, caller.name, now, [Happening(change.barcode, "tube.amended", now, what)])


def write_run(connection: Connection, assay: Assay, asked: AnyRow, change: AnyRow, run: AnyRow, now: datetime) -> UUID:
    """A run of its own for this tube, over the same plate, with the same readings: what the amendment points at."""
    again, day = ids.uuid7(now), now.astimezone(UTC).date()
    manifest = json.dumps(
        {"rejudgement": str(asked.id), "tube": change.barcode, "run": str(run.id), "assay": assay.code, "version": assay.version}
    ).encode()
    sha256 = hashlib.sha256(manifest).digest()
    kept = {"sha256": sha256, "content": manifest, "name": "rejudged", "kept_at": now, "kept_by": asked.started_by}
    connection.execute(upsert(RunFile).values(kept).on_conflict_do_nothing())
    row = {
        "id": again, "plate": run.plate, "sha256": sha256, "format": "rejudged", "instrument": run.instrument, "controls_passed": True,
        "reasons": [], "readings": len(assay.readings), "at": now, "imported_at": now, "imported_by": asked.started_by, "rejudges": run.id,
        "samples_named": run.samples_named,
    }  # fmt: skip
    connection.execute(insert(Run).values(row))
    partitions.ensure(connection, "reading", [day])
    names = ["barcode", "well", "target", "ct"]
    source = select(literal(day, Date), literal(again), *(getattr(ReadingRow, name) for name in names))
    source = source.where(ReadingRow.barcode == change.barcode, ReadingRow.run == run.id, ReadingRow.well == change.well)
    same = source.where(ReadingRow.target.in_(assay.readings))
    connection.execute(insert(ReadingRow).from_select(["day", "run", *names], same))
    said = {
        "barcode": change.barcode, "run": again, "day": day, "well": change.well, "evidence": assay.readings[0], "call": change.call,
        "reasons": change.reasons, "assay": assay.code, "assay_version": assay.version, "controls_passed": True,
        "imported_by": asked.started_by,
    }  # fmt: skip
    connection.execute(insert(CallRow).values(said))
    return again
