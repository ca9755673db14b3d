"""What an import writes: the run, its readings, its calls, its tubes, the files that wait."""

import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Date, Double, Text, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from lims.catalog.rules import Assay
from lims.custody.queries import pool_members
from lims.custody.rules import BenchEvent, BenchState, ready_for
from lims.custody.tables import Tube
from lims.kernel import ids, partitions
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening
from lims.kernel.db import AnyRow, records
from lims.testing.instruments.rules import Curve, ParsedRun
from lims.testing.instruments.tables import ReadingRow, Run, RunCurves, RunPart
from lims.testing.interpretation.joining import Part
from lims.testing.interpretation.rules import CallVerdict
from lims.testing.interpretation.tables import CallRow
from lims.testing.qc.rules import ControlVerdict


def write_waiting(connection: Connection, plate: str, parts: Sequence[Part], at: datetime, by: str, now: datetime) -> None:
    """Parts that wait for their sisters."""
    new = insert(RunPart).values(part_rows(plate, parts, None, at, by, now))
    once = new.on_conflict_do_nothing(index_elements=["plate", "sha256"]).returning(RunPart.sha256, RunPart.dye)
    happenings = [Happening(plate, "run.part_kept", at, {"sha256": row.sha256.hex(), "dye": row.dye}) for row in connection.execute(once)]
    record(connection, by, now, happenings)


def write_joined(connection: Connection, plate: str, parts: Sequence[Part], run: UUID, at: datetime, by: str, now: datetime) -> None:
    """Parts that have become a run. What they have outdated waits no longer, lest it be joined to a later run."""
    joined = insert(RunPart).values(part_rows(plate, parts, run, at, by, now))
    connection.execute(joined.on_conflict_do_update(index_elements=["plate", "sha256"], set_={"run": run}))
    outdated = delete(RunPart).where(RunPart.plate == plate, RunPart.experiment == parts[0].experiment, RunPart.run.is_(None))
    connection.execute(outdated)


def part_rows(plate: str, parts: Sequence[Part], run: UUID | None, at: datetime, by: str, now: datetime) -> list[dict[str, object]]:
    """The rows of parts."""
    fixed = {"plate": plate, "at": at, "kept_at": now, "kept_by": by, "run": run}
    return [{"sha256": part.sha256, "experiment": part.experiment, "dye": part.dye, **fixed} for part in parts]


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
        reasons=[reason.told() for reason in verdict.reasons], readings=readings,
        samples_named=file.samples_named, at=at, imported_at=now, imported_by=by,
    )  # fmt: skip
    connection.execute(row)
    return run


def write_curves(connection: Connection, run: UUID, curves: Sequence[Curve]) -> None:
    """The curves, five figures of each value."""
    if curves:
        said = [[curve.well, curve.target, curve.threshold, [float(f"{value:.5g}") for value in curve.values]] for curve in curves]
        packed = zlib.compress(json.dumps(said, separators=(",", ":")).encode())
        connection.execute(insert(RunCurves).values(run=run, packed=packed))


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
