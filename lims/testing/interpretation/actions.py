"""A file becomes a run: readings, controls, calls."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from lims.catalog.rules import Assay, Catalog
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.testing.extraction import queries as extraction
from lims.testing.extraction.actions import note_run
from lims.testing.instruments import formats
from lims.testing.instruments.rules import ParsedRun
from lims.testing.instruments.tables import RunFile
from lims.testing.interpretation import joining, queries, writes
from lims.testing.interpretation.rules import call
from lims.testing.plates import actions as plates
from lims.testing.qc.actions import note_alarms
from lims.testing.qc.matching import match, targets_of_dyes
from lims.testing.qc.rules import ControlVerdict, judge

Files = Sequence[tuple[bytes, str]]  # content and name


@dataclass(frozen=True)
class Imported:
    """What became of an upload: a run (`again`: it was there before), or a part that waits for files of these dyes."""

    run: UUID | None
    again: bool = False
    part: joining.Part | None = None
    waits_for: tuple[str, ...] = ()


@audited("run.file_kept")
def keep_files(connection: Connection, files: Files, plate: str, by: str, now: datetime) -> None:
    """Keep files as they came, each once. In a transaction of its own, so that a refused file stays kept."""
    sizes = {hashlib.sha256(content).digest(): (content, name) for content, name in files}
    rows = [
        {"sha256": sha256, "content": content, "name": name[:200], "kept_at": now, "kept_by": by}
        for sha256, (content, name) in sorted(sizes.items())
    ]
    kept = insert(RunFile).values(rows).on_conflict_do_nothing(index_elements=["sha256"]).returning(RunFile.sha256)
    new = [
        Happening(plate, "run.file_kept", now, {"sha256": sha256.hex(), "bytes": len(sizes[sha256][0])})
        for sha256 in connection.execute(kept).scalars()
    ]
    record(connection, by, now, new)


@audited("run.imported", "run.part_kept", "tube.tested", "tube.controls_failed")
def import_files(connection: Connection, catalog: Catalog, plate: AnyRow, files: Files, at: datetime, by: str, now: datetime) -> Imported:
    """Read the file of a run, or the files of its filters; what is sent one by one waits until all are there."""
    digests = [hashlib.sha256(content).digest() for content, _ in files]
    queries.lock_plate(connection, plate.barcode)
    plate = queries.plate(connection, plate.barcode)  # as it is now that nobody can rearrange it any more
    if len(files) == 1 and (known := queries.run_of_file(connection, plate.barcode, digests[0])):
        return Imported(known, again=True)
    read = [formats.read(content, name) for content, name in files]
    assay = catalog.assay(plate.assay, plate.assay_version)
    if len(read) == 1 and read[0].experiment is None:
        return Imported(judged(connection, plate, assay, read[0], digests[0], at, by, now))
    sent = joining.related([joining.part(*one, plate.barcode, plate.wells, assay) for one in zip(digests, read, strict=True)])
    return parts_imported(connection, plate, assay, sent, at, by, now)


def parts_imported(
    connection: Connection, plate: AnyRow, assay: Assay, sent: Sequence[joining.Part], at: datetime, by: str, now: datetime
) -> Imported:
    """With those that wait already, the run, if they are all there; otherwise they wait, too."""
    waiting = queries.waiting_parts(connection, plate.barcode, sent[0].experiment)
    kept = [joining.part(row.sha256, formats.read(row.content), plate.barcode, plate.wells, assay) for row in waiting]
    parts = joining.completed(sent, kept)
    if missing := joining.lacking(parts, assay):
        again = {one.sha256 for one in sent} <= {row.sha256 for row in waiting}
        writes.write_waiting(connection, plate.barcode, sent, at, by, now)
        return Imported(None, again, sent[0], tuple(missing.values()))
    manifest, at = joining.manifest(parts), max([at, *(row.at for row in waiting)])
    whole = hashlib.sha256(manifest).digest()
    if known := queries.run_of_file(connection, plate.barcode, whole):
        return Imported(known, again=True)
    keep_files(connection, [(manifest, "joined")], plate.barcode, by, now)
    run = judged(connection, plate, assay, joining.joined(parts), whole, at, by, now)
    writes.write_joined(connection, plate.barcode, parts, run, at, by, now)
    return Imported(run)


def judged(
    connection: Connection, plate: AnyRow, assay: Assay, file: ParsedRun, sha256: bytes, at: datetime, by: str, now: datetime
) -> UUID:
    """Judge the controls, call the tubes, all or nothing; the run."""
    # The run that gives the tubes their calls is the plate's newest, also where requests overtake each other or the clock is set back.
    if (last := queries.last_import(connection, plate.barcode)) is not None:
        now = max(now, last + timedelta(microseconds=1))
    cts = match(plate.barcode, plate.wells, assay, file)
    verdict = judge(plate.wells, cts, assay)
    verdicts = {what["tube"]: (well, call(cts[well], assay)) for well, what in plate.wells.items() if "tube" in what}
    run = writes.write_run(connection, plate, file, sha256, verdict, len(plate.wells) * len(assay.readings), at, by, now)
    writes.write_readings(connection, plate, run, cts, now)
    writes.write_curves(connection, run, targets_of_dyes(file, assay).curves)
    writes.write_calls(connection, run, verdicts, assay, by, now, passed=verdict.passed)
    there = queries.tubes_for_update(connection, list(verdicts))
    if verdict.passed:
        moved = writes.write_tubes(connection, plate.barcode, run, verdicts, at)
        happenings = [Happening(tube, "tube.tested", at, {"run": str(run), "call": verdicts[tube][1].call.value}) for tube in moved]
    else:
        on_it = sorted(tube for tube, row in there.items() if row.plate == plate.barcode)
        happenings = [Happening(tube, "tube.controls_failed", at, {"run": str(run)}) for tube in on_it]
    note_extractions(connection, plate, run, verdict, at, by, now)
    note_alarms(connection, plate, run, cts, assay, now)
    what = {
        "run": str(run),
        "controls_passed": verdict.passed,
        "reasons": [reason.code for reason in verdict.reasons],
        "sha256": sha256.hex(),
    }
    record(connection, by, now, [Happening(plate.barcode, "run.imported", at, what), *happenings])
    return run


@unaudited("what it calls writes the events of the batches")
def note_extractions(
    connection: Connection, plate: AnyRow, run: UUID, verdict: ControlVerdict, at: datetime, by: str, now: datetime
) -> None:
    """What the run says of the extraction batches whose controls stand on the plate."""
    batches = {what["batch"] for what in plate.wells.values() if "control" in what and "batch" in what}
    if batches:
        extraction.lock_batches(connection, batches)
        note_run(connection, plate.barcode, run, verdict.failed_batches, at, by, now)


@unaudited("the move itself writes its events")
def move(connection: Connection, catalog: Catalog, plate: str, tube: str, well: str, at: datetime, by: str, now: datetime) -> None:
    """Put a tube into a well by hand, as long as nobody has run the plate."""
    queries.lock_plate(connection, plate)
    if queries.last_import(connection, plate) is not None:
        raise Refused("plate_run", "Plate {plate} was run already: its map stays as it was read. Take a new plate.", plate=plate)
    plates.move(connection, catalog, queries.plate(connection, plate), tube, well, at, by, now)
