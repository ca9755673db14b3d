"""A file becomes a run: readings, controls, calls."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Date, Double, Text, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from lims.catalog.rules import Assay, Catalog
from lims.custody.queries import pool_members
from lims.custody.rules import BenchEvent, BenchState, ready_for
from lims.custody.tables import Tube
from lims.kernel import ids, partitions
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited
from lims.kernel.db import AnyRow, records
from lims.testing.instruments import formats
from lims.testing.instruments.rules import ParsedRun
from lims.testing.instruments.tables import ReadingRow, Run, RunFile
from lims.testing.interpretation import queries
from lims.testing.interpretation.rules import CallVerdict, call
from lims.testing.interpretation.tables import CallRow
from lims.testing.qc.rules import ControlVerdict, judge, match


@audited("run.file_kept")
def keep_file(connection: Connection, content: bytes, name: str, plate: str, by: str, now: datetime) -> bytes:
    """Keep a file as it came, once; its SHA-256. In a transaction of its own, so that a refused file stays kept."""
    sha256 = hashlib.sha256(content).digest()
    row = insert(RunFile).values(sha256=sha256, content=content, name=name[:200], kept_at=now, kept_by=by)
    if connection.execute(row.on_conflict_do_nothing(index_elements=["sha256"]).returning(RunFile.sha256)).scalar_one_or_none():
        record(connection, by, now, [Happening(plate, "run.file_kept", now, {"sha256": sha256.hex(), "bytes": len(content)})])
    return sha256


@audited("run.imported", "tube.tested", "tube.controls_failed")
def import_run(
    connection: Connection, catalog: Catalog, plate: AnyRow, content: bytes, name: str, at: datetime, by: str, now: datetime
) -> tuple[UUID, bool]:
    """Read a file, judge the controls, call the tubes, all or nothing; the run, and whether this file was imported before."""
    sha256 = hashlib.sha256(content).digest()
    queries.lock_plate(connection, plate.barcode)
    if known := queries.run_of_file(connection, plate.barcode, sha256):
        return known, True
    # The run that gives the tubes their calls is the plate's newest, also where requests overtake each other or the clock is set back.
    if (last := queries.last_import(connection, plate.barcode)) is not None:
        now = max(now, last + timedelta(microseconds=1))
    assay = catalog.assay(plate.assay, plate.assay_version)
    file = formats.read(content, name)
    cts = match(plate.barcode, plate.wells, assay, file)
    verdict = judge(plate.wells, cts, assay)
    verdicts = {what["tube"]: (well, call(cts[well], assay)) for well, what in plate.wells.items() if "tube" in what}
    run = write_run(connection, plate, file, sha256, verdict, len(plate.wells) * len(assay.readings), at, by, now)
    write_readings(connection, plate, run, cts, now)
    write_calls(connection, run, verdicts, assay, by, now, passed=verdict.passed)
    if verdict.passed:
        moved = write_tubes(connection, plate.barcode, run, verdicts, at)
        happenings = [Happening(tube, "tube.tested", at, {"run": str(run), "call": verdicts[tube][1].call.value}) for tube in moved]
    else:
        there = queries.tubes_for_update(connection, list(verdicts))
        on_it = sorted(tube for tube, row in there.items() if row.plate == plate.barcode)
        happenings = [Happening(tube, "tube.controls_failed", at, {"run": str(run)}) for tube in on_it]
    what = {
        "run": str(run),
        "controls_passed": verdict.passed,
        "reasons": [reason.code for reason in verdict.reasons],
        "sha256": sha256.hex(),
    }
    record(connection, by, now, [Happening(plate.barcode, "run.imported", at, what), *happenings])
    return run, False


def write_run(
    connection: Connection,
    plate: AnyRow,
    file: ParsedRun,
    sha256: bytes,
    verdict: ControlVerdict,
    readings: int,
    at: datetime,
    by: str,
    now: datetime,
) -> UUID:
    """The run's own row."""
    run = ids.uuid7(now)
    row = insert(Run).values(
        id=run, plate=plate.barcode, sha256=sha256, format=file.format, instrument=file.instrument, controls_passed=verdict.passed,
        reasons=[asdict(reason) for reason in verdict.reasons], readings=readings, at=at, imported_at=now, imported_by=by,
    )  # fmt: skip
    connection.execute(row)
    return run


def write_readings(connection: Connection, plate: AnyRow, run: UUID, cts: Mapping[str, Mapping[str, float | None]], now: datetime) -> None:
    """Every reading; a control's under the plate's code, an aliquot pool's also under each of its members'."""
    day = now.astimezone(UTC).date()
    partitions.ensure(connection, "reading", [day])
    rows = [
        {"barcode": plate.wells[well].get("tube", plate.barcode), "well": well, "target": target, "ct": ct if ct and ct > 0 else None}
        for well, targets in cts.items()
        for target, ct in targets.items()
    ]
    columns = ["barcode", "well", "target", "ct"]
    source = records(rows, barcode=Text(), well=Text(), target=Text(), ct=Double())
    values = select(literal(day, Date), literal(run), *(source.c[column] for column in columns))
    connection.execute(insert(ReadingRow).from_select(["day", "run", *columns], values))


def write_calls(
    connection: Connection,
    run: UUID,
    verdicts: Mapping[str, tuple[str, CallVerdict]],
    assay: Assay,
    by: str,
    now: datetime,
    *,
    passed: bool,
) -> None:
    """What the run says of each tube, with the reading that shows it was read."""
    rows = [
        {"barcode": tube, "well": well, "call": verdict.call.value, "reasons": list(verdict.reasons)}
        for tube, (well, verdict) in sorted(verdicts.items())
    ]
    columns = ["barcode", "well", "call", "reasons"]
    source = records(rows, barcode=Text(), well=Text(), call=Text(), reasons=ARRAY(Text()))
    fixed = {
        "run": literal(run), "day": literal(now.astimezone(UTC).date(), Date), "evidence": literal(assay.readings[0]),
        "assay": literal(assay.code), "assay_version": literal(assay.version),
        "controls_passed": literal(passed), "imported_by": literal(by),
    }  # fmt: skip
    connection.execute(insert(CallRow).from_select([*columns, *fixed], select(*(source.c[column] for column in columns), *fixed.values())))


def write_tubes(
    connection: Connection, plate: str, run: UUID, verdicts: Mapping[str, tuple[str, CallVerdict]], at: datetime
) -> Sequence[str]:
    """Give the tubes that still stand on this plate their call; those released, rejected or moved meanwhile keep what they have."""
    queries.tubes_for_update(connection, list(verdicts))
    source = records(
        ({"barcode": tube, "call": verdict.call.value} for tube, (_, verdict) in verdicts.items()), barcode=Text(), call=Text()
    )
    moved = (
        update(Tube)
        .where(
            Tube.barcode == source.c.barcode,
            Tube.plate == plate,
            Tube.bench_state.in_([state.value for state in ready_for(BenchEvent.CALL)]),
        )
        .values(bench_state=BenchState.CALLED.value, run=run, call=source.c.call, tested_at=func.coalesce(Tube.tested_at, literal(at)))
        .returning(Tube.barcode, Tube.kind)
    )
    rows = connection.execute(moved).all()
    for pool in [row.barcode for row in rows if row.kind == "aliquot_pool"]:
        members = pool_members(connection, pool)
        tested = update(Tube).where(Tube.barcode.in_(members)).values(tested_at=func.coalesce(Tube.tested_at, literal(at)))
        connection.execute(tested)
    return sorted(row.barcode for row in rows)
