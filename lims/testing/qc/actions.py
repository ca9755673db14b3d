"""Noting what a run showed, so that it need not be looked for again."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert

from lims.catalog.rules import Assay, ControlRole
from lims.kernel.audit.rules import unaudited
from lims.kernel.db import AnyRow
from lims.testing.qc import queries
from lims.testing.qc.contamination import spills
from lims.testing.qc.control_charts import LOOK_BACK, broken_in, trends
from lims.testing.qc.rules import PlanWells, WellReadings
from lims.testing.qc.tables import RunAlarm

# A single value beyond two standard deviations asks for nothing but a look at the next; one without a Ct fails its plate anyway.
QUIET = {"1_2s", "not_detected"}


@unaudited("derived from the readings, which the import has recorded")
def note_alarms(connection: Connection, plate: AnyRow, run: UUID, readings: WellReadings, assay: Assay, now: datetime) -> None:
    """Keep what the newest run of a plate shows of contamination and of its weak positives."""
    fixed = {"run": run, "lab": plate.lab, "plate": plate.barcode, "noted_at": now}
    found = [fixed | alarm for alarm in (*contaminations(plate.wells, readings, assay), *drifts(connection, plate, run, assay))]
    if found:
        connection.execute(insert(RunAlarm), found)


def contaminations(wells: PlanWells, readings: WellReadings, assay: Assay) -> Iterator[dict[str, Any]]:
    """Late positives beside a strong one."""
    suspect = {well: cts for well, cts in readings.items() if wells[well].get("control") != ControlRole.WEAK_POSITIVE}
    for spill in spills(suspect, assay):
        yield {"kind": "contamination", "target": spill.target, "well": spill.strong, "what": {"ct": spill.ct, "late": spill.late}}


def drifts(connection: Connection, plate: AnyRow, run: UUID, assay: Assay) -> Iterator[dict[str, Any]]:
    """Weak positives that break a rule which asks for something to be done."""
    series = queries.series_of_plate(connection, plate.barcode)
    where = {"assay": series.assay, "version": series.version, "lot": str(series.lot) if series.lot else None}
    for target, broken in broken_in(run, trends(connection, series, assay, shown=LOOK_BACK)).items():
        for one in broken:
            if rules := [rule for rule in one.broken if rule not in QUIET]:
                what = {"ct": one.measurement.ct, "z": round(one.z, 2) if one.z is not None else None, "rules": rules} | where
                yield {"kind": "trend", "target": target, "well": one.measurement.well, "what": what}
