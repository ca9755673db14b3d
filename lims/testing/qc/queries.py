"""Reading what the weak positives of a lab showed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Date, and_, cast, func, select

from lims.kernel import clock
from lims.kernel.db import AnyRow
from lims.testing.instruments.tables import ReadingRow, Run
from lims.testing.lots.tables import LotRow
from lims.testing.plates.tables import Plate
from lims.testing.qc.tables import RunAlarm

RECENT_PLATES = 500  # of these the series of a lab are taken
CONTROL_LOT = (
    select(LotRow.id)
    .where(LotRow.id == func.any(Plate.lots), LotRow.kind == "control_material")
    .order_by(LotRow.opened_at.desc().nulls_last(), LotRow.id)
    .limit(1)
    .correlate(Plate)
    .scalar_subquery()
)


@dataclass(frozen=True)
class Series:
    """What is compared with each other: one lab, one assay version, one lot of control material (None where none was bound)."""

    lab: str
    assay: str
    version: int
    lot: UUID | None


def series_of_lab(connection: Connection, lab: str) -> list[Series]:
    """The series of a lab's newest plates, the one that was used last first."""
    recent = (
        select(Plate.assay, Plate.assay_version, CONTROL_LOT.label("lot"), Plate.laid_at)
        .where(Plate.lab == lab)
        .order_by(Plate.laid_at.desc())
        .limit(RECENT_PLATES)
        .subquery()
    )
    query = select(recent.c.assay, recent.c.assay_version, recent.c.lot).group_by(recent.c.assay, recent.c.assay_version, recent.c.lot)
    rows = connection.execute(query.order_by(func.max(recent.c.laid_at).desc())).all()
    return [Series(lab, row.assay, row.assay_version, row.lot) for row in rows]


def series_of_plate(connection: Connection, plate: str) -> Series:
    """The series that a plate belongs to."""
    row = connection.execute(
        select(Plate.lab, Plate.assay, Plate.assay_version, CONTROL_LOT.label("lot")).where(Plate.barcode == plate)
    ).one()
    return Series(row.lab, row.assay, row.assay_version, row.lot)


def runs_of_series(
    connection: Connection, series: Series, limit: int, *, first: bool = False, until: AnyRow | None = None
) -> Sequence[AnyRow]:
    """The newest (or `first`) runs of a series; `until`: none that was imported after this one."""
    query = (
        select(Run.id, Run.plate, Run.at, Run.imported_at, Run.controls_passed)
        .join(Plate, Plate.barcode == Run.plate)
        .where(Plate.lab == series.lab, Plate.assay == series.assay, Plate.assay_version == series.version)
        .where(CONTROL_LOT.is_not_distinct_from(series.lot), Run.rejudges.is_(None))
    )
    if series.lot is not None:
        query = query.where(Plate.lots.contains([series.lot]))  # by its index; above, that it is the lot that counts
    if until is not None:
        query = query.where(Run.imported_at <= until.imported_at)
    order = (Plate.laid_at, Run.imported_at) if first else (Plate.laid_at.desc(), Run.imported_at.desc())
    return connection.execute(query.order_by(*order).limit(limit)).all()


def weak_positives(connection: Connection, runs: Collection[AnyRow]) -> Sequence[AnyRow]:
    """Every reading of the weak positives of these runs, in the order in which they were imported."""
    # The days once more by value: so that days of no run are not even planned for.
    on_days = ReadingRow.day.in_({clock.utc_day(run.imported_at) for run in runs})
    same = and_(ReadingRow.barcode == Plate.barcode, ReadingRow.run == Run.id, ReadingRow.day == day_of_import(), on_days)
    query = (
        select(Run.id, Run.plate, Run.at, Run.controls_passed, ReadingRow.well, ReadingRow.target, ReadingRow.ct)
        .join(Plate, Plate.barcode == Run.plate)
        .join(ReadingRow, same)
        .where(Run.id.in_({run.id for run in runs}), Plate.wells[ReadingRow.well]["control"].astext == "weak_positive")
    )
    return connection.execute(query.order_by(Run.imported_at, Run.id, ReadingRow.well, ReadingRow.target)).all()


def day_of_import() -> ColumnElement[object]:
    """The day under which a run's readings lie."""
    return cast(func.timezone("UTC", Run.imported_at), Date)


def alarms(connection: Connection, lab: str, since: datetime, limit: int) -> Sequence[AnyRow]:
    """What the runs of a lab showed since then, the newest first."""
    query = select(RunAlarm.__table__).where(RunAlarm.lab == lab, RunAlarm.noted_at > since)
    return connection.execute(query.order_by(RunAlarm.noted_at.desc(), RunAlarm.run, RunAlarm.target, RunAlarm.well).limit(limit)).all()
