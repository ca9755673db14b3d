"""Reading runs and calls."""

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, exists, func, or_, select

from lims.custody.tables import Tube
from lims.kernel import clock
from lims.kernel.db import AnyRow
from lims.kernel.locking import locked
from lims.testing.instruments.rules import Curve
from lims.testing.instruments.tables import ReadingRow, Run, RunCurves, RunFile, RunPart
from lims.testing.interpretation.tables import CallRow
from lims.testing.plates.tables import Plate

RUN = (
    Run.id, Run.plate, Run.sha256, Run.format, Run.instrument, Run.controls_passed, Run.reasons, Run.readings, Run.samples_named,
    Run.at, Run.imported_at, Run.imported_by, Plate.lab, Plate.assay, Plate.assay_version, Plate.wells, Plate.lots,
)  # fmt: skip
PLATE_LOCKS = 7_301_006


def lock_plate(connection: Connection, plate: str) -> None:
    """One import at a time for a plate: whoever sends the same file meanwhile is then told of the run that it became."""
    connection.execute(select(func.pg_advisory_xact_lock(PLATE_LOCKS, func.hashtext(plate))))


def plate(connection: Connection, barcode: str) -> AnyRow:
    """A plate that there is."""
    return connection.execute(select(Plate.__table__).where(Plate.barcode == barcode)).one()


def states_on(connection: Connection, plate: str, wells: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """How the tube of each well stands now; `moved` where it is no longer on this plate."""
    codes = [what["tube"] for what in wells.values() if "tube" in what]
    rows = {
        row.barcode: row for row in connection.execute(select(Tube.barcode, Tube.bench_state, Tube.plate).where(Tube.barcode.in_(codes)))
    }
    return {
        well: rows[what["tube"]].bench_state if rows[what["tube"]].plate == plate else "moved"
        for well, what in wells.items()
        if what.get("tube") in rows
    }


def run_of_file(connection: Connection, plate: str, sha256: bytes) -> UUID | None:
    """The run that this very file became, by itself or as a part."""
    part = select(RunPart.run).where(RunPart.plate == plate, RunPart.sha256 == sha256).scalar_subquery()
    query = select(Run.id).where(Run.plate == plate, or_(Run.sha256 == sha256, Run.id == part))
    return connection.execute(query).scalar_one_or_none()


def waiting_parts(connection: Connection, plate: str, experiment: str) -> Sequence[AnyRow]:
    """The files of an experiment that wait for their sisters, oldest first."""
    query = select(RunPart.sha256, RunPart.at, RunFile.content).join(RunFile, RunFile.sha256 == RunPart.sha256)
    mine = query.where(RunPart.plate == plate, RunPart.experiment == experiment, RunPart.run.is_(None))
    return connection.execute(mine.order_by(RunPart.kept_at, RunPart.sha256)).all()


def waiting_files(connection: Connection, plate: str) -> Sequence[AnyRow]:
    """All files of a plate that wait for their sisters, to be shown."""
    query = select(RunPart.experiment, RunPart.dye, RunPart.kept_at, RunPart.kept_by).where(RunPart.plate == plate, RunPart.run.is_(None))
    return connection.execute(query.order_by(RunPart.kept_at, RunPart.sha256)).all()


def kept_file(connection: Connection, sha256: bytes) -> AnyRow | None:
    """A file as it came."""
    return connection.execute(select(RunFile.content, RunFile.name).where(RunFile.sha256 == sha256)).one_or_none()


def run(connection: Connection, run_id: UUID) -> AnyRow | None:
    """One run with its plate."""
    return connection.execute(select(*RUN).join(Plate, Plate.barcode == Run.plate).where(Run.id == run_id)).one_or_none()


def runs_of_plate(connection: Connection, plate: str) -> Sequence[AnyRow]:
    """The runs of a plate, oldest first."""
    return connection.execute(
        select(*RUN)
        .join(Plate, Plate.barcode == Run.plate)
        .where(Run.plate == plate, Run.rejudges.is_(None))
        .order_by(Run.imported_at, Run.id)
    ).all()


def calls(connection: Connection, run_id: UUID) -> Sequence[AnyRow]:
    """The calls of a run; of an aliquot pool its own, not its members'."""
    query = select(CallRow.barcode, CallRow.well, CallRow.call, CallRow.reasons, CallRow.day)
    return connection.execute(query.where(CallRow.run == run_id, CallRow.pooled_in.is_(None))).all()


def readings(connection: Connection, codes: Sequence[str], run: AnyRow) -> Sequence[AnyRow]:
    """The readings of a run, found by the codes of its plate's wells, on the day of its import alone."""
    query = select(ReadingRow.well, ReadingRow.target, ReadingRow.ct, ReadingRow.barcode)
    mine = ReadingRow.barcode.in_(codes), ReadingRow.run == run.id, ReadingRow.day == clock.utc_day(run.imported_at)
    return connection.execute(query.where(*mine)).all()


def last_import(connection: Connection, plate: str) -> datetime | None:
    """When a file of this plate was imported last."""
    return connection.execute(select(func.max(Run.imported_at)).where(Run.plate == plate)).scalar_one()


def tubes_for_update(connection: Connection, codes: Sequence[str]) -> dict[str, AnyRow]:
    """Tubes by barcode, locked in the order of their barcodes."""
    query = select(Tube.barcode, Tube.bench_state, Tube.plate, Tube.run, Tube.call, Tube.kind, Tube.lab, Tube.tested_at)
    return {row.barcode: row for row in locked(connection, query.where(Tube.barcode.in_(codes)).order_by(Tube.barcode))}


def newest_passed_run(connection: Connection, plate: str) -> UUID | None:
    """The plate's last imported run with controls in control: the only one that may be signed off."""
    query = (
        select(Run.id)
        .where(Run.plate == plate, Run.controls_passed, Run.rejudges.is_(None))
        .order_by(Run.imported_at.desc(), Run.id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()


def runs_of_plates(connection: Connection, plates: Collection[str]) -> dict[str, AnyRow]:
    """The last imported run of each of these plates."""
    query = select(Run.plate, Run.id, Run.controls_passed, Run.imported_at).where(Run.plate.in_(plates), Run.rejudges.is_(None))
    query = query.order_by(Run.imported_at, Run.id)
    return {row.plate: row for row in connection.execute(query)}


def curves(connection: Connection, run_id: UUID) -> list[Curve]:
    """The amplification curves of a run; none where its file had none."""
    packed = connection.execute(select(RunCurves.packed).where(RunCurves.run == run_id)).scalar_one_or_none()
    said = json.loads(zlib.decompress(packed)) if packed is not None else []
    return [Curve(well, target, tuple(values), threshold) for well, target, threshold, values in said]


def has_curves(connection: Connection, run_id: UUID) -> bool:
    """Whether there are curves to be drawn."""
    return connection.execute(select(exists().where(RunCurves.run == run_id))).scalar_one()
