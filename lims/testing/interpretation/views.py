"""A run as it is shown: built from what is stored, so that a repeated import answers as the first did."""

from uuid import UUID

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.testing.interpretation import queries
from lims.testing.interpretation.actions import Imported
from lims.testing.interpretation.forms import RunAnswer, WaitingAnswer, WellCall
from lims.testing.interpretation.rules import call


def run_answer(connection: Connection, catalog: Catalog, run: UUID, *, already_imported: bool = False) -> RunAnswer:
    """One run with every well, in the plate's order."""
    row = queries.run(connection, run)
    if row is None:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Run {run}")
    return RunAnswer(
        run=row.id,
        plate=row.plate,
        format=row.format,
        instrument=row.instrument,
        sha256=row.sha256.hex(),
        at=row.at,
        imported_at=row.imported_at,
        imported_by=row.imported_by,
        already_imported=already_imported,
        control_verdict="passed" if row.controls_passed else "failed",
        readings=row.readings,
        samples_named=row.samples_named,
        reasons=row.reasons,
        lots=row.lots,
        calls=well_calls(connection, catalog, row),
    )


def imported(connection: Connection, catalog: Catalog, plate: str, done: Imported) -> RunAnswer | WaitingAnswer:
    """What an upload is answered."""
    if done.run is not None:
        return run_answer(connection, catalog, done.run, already_imported=done.again)
    part = done.part
    if part is None:
        raise AssertionError("an upload becomes a run or a part")
    waits_for = list(done.waits_for)
    return WaitingAnswer(plate=plate, format=part.file.format, sha256=part.sha256.hex(), already_imported=done.again, waits_for=waits_for)


def well_calls(connection: Connection, catalog: Catalog, run: AnyRow) -> list[WellCall]:
    """Every well of a run with its readings; tubes with their stored call, controls as they came out."""
    assay = catalog.assay(run.assay, run.assay_version)
    codes = [what["tube"] for what in run.wells.values() if "tube" in what] + [run.plate]
    cts: dict[str, dict[str, float | None]] = {well: {} for well in run.wells}
    for reading in queries.readings(connection, codes, run):
        cts[reading.well][reading.target] = reading.ct
    stored = {row.barcode: row for row in queries.calls(connection, run.id)}
    shown = []
    for well, what in run.wells.items():
        tube, readings = what.get("tube"), {name: cts[well].get(name) for name in assay.readings}
        if tube is not None:
            shown.append(WellCall(well=well, tube=tube, call=stored[tube].call, reasons=stored[tube].reasons, readings=readings))
        else:
            verdict = call(readings, assay)
            shown.append(
                WellCall(well=well, tube=None, control=what["control"], call=verdict.call, reasons=list(verdict.reasons), readings=readings)
            )
    return shown
