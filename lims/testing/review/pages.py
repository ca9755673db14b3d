"""One batch, and one run: what it says, and what a reviewer decides."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.catalog.rules import ControlRole
from lims.custody.rules import BenchState, Call
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab
from lims.kernel.db import Access, AnyRow
from lims.kernel.errors import Refused
from lims.testing.extraction import queries as extraction
from lims.testing.extraction.lookup import own_batch
from lims.testing.interpretation import queries as interpretation
from lims.testing.interpretation import views
from lims.testing.interpretation.forms import RunAnswer
from lims.testing.layout import queries as layout
from lims.testing.lots import queries as lots
from lims.testing.plates import queries as plates
from lims.testing.qc import contamination, control_charts
from lims.testing.review import actions, charts, queries
from lims.testing.review.rules import OnPlate, clean_negatives, refuse_unapprovable, undecided
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)
BenchReader = Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, using=Access.BENCH)]


@router.get("/testing/extractions/{barcode}")
def batch(request: Request, barcode: str, work: BenchReader) -> Response:
    """One extraction batch: its map, its plates, why it is invalid, and what follows."""
    row = own_batch(work, barcodes.normalise(barcode))
    known = catalog.current(work.connection)
    there = layout.still_in(work.connection, [row.barcode])
    facts = {
        "batch": row,
        "lots": lots.lots_by_id(work.connection, row.lots),
        "failures": extraction.failures(work.connection, [row.barcode]),
        "settlements": extraction.settlements(work.connection, row.barcode),
        "plates": plates.plates_of_batch(work.connection, row.barcode),
        "released": queries.released_out_of(work.connection, [row.barcode]),
        "states": {what["tube"]: there[what["tube"]].bench_state for what in row.wells.values() if what.get("tube") in there},
        "zone": known.lab(row.lab).timezone,
    }
    place = place_of(request, "lab", row.lab, {row.lab: known.lab(row.lab).name})
    return page(request, "review/batch.html", facts, caller=work.caller, place=place)


@router.get("/testing/runs/{run}")
def run(request: Request, run: UUID, work: BenchReader) -> Response:
    """One run with its controls, its plate and its calls; for a reviewer, what may be decided."""
    row = interpretation.run(work.connection, run)
    if row is None:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Run {run}")
    own_lab(work.caller, row.lab, f"Run {run}")
    known = catalog.current(work.connection)
    tubes = {line.barcode: on_plate(line, row) for line in queries.standing(work.connection, run)}
    invalid = queries.extracted_in_vain(work.connection, row.wells)
    batches = sorted({failure.batch for failure in invalid.values()})
    unclean = [code for code, tube in tubes.items() if tube.call is not Call.NEGATIVE]
    assay = known.assay(row.assay, row.assay_version)
    answer = views.run_answer(work.connection, known, run)
    facts = {
        "run": answer,
        "wells": row.wells,
        "calls_by_well": shown_on_plate(answer, invalid),
        "assay": assay,
        "tubes": tubes,
        "invalid": invalid,
        "failures": {failure.batch: failure for failure in invalid.values()}.values(),
        "gone": [one for one in queries.released_out_of(work.connection, batches) if one.run == run] if batches else [],
        "verifying": known.verifying(assay),
        "verification": known.verification(clock.local_day(work.now, known.lab(row.lab).timezone)),
        "lots": lots.lots_by_id(work.connection, row.lots),
        "beside": beside(work, run, unclean),
        "clean": clean_negatives(tubes.values(), queries.doubted(work.connection, run, list(tubes)) | set(invalid)),
        "open": {code for code, tube in tubes.items() if undecided(tube)},
        "still_here": any(tube.here and tube.state in (BenchState.PLATED, BenchState.CALLED) for tube in tubes.values()),
        "hindrance": hindrance(work, row),
        "spills": contamination.spills(
            {call.well: call.readings for call in answer.calls if call.control != ControlRole.WEAK_POSITIVE}, assay
        ),
        "trend": control_charts.of_run(work.connection, row, assay),
        "curves": interpretation.has_curves(work.connection, run),
        "zone": known.lab(row.lab).timezone,
    }
    place = place_of(request, "lab", row.lab, {row.lab: known.lab(row.lab).name})
    return page(request, "review/run.html", facts, caller=work.caller, place=place)


@router.get("/testing/runs/{run}/curves")
def curves(request: Request, run: UUID, work: BenchReader) -> Response:
    """The amplification curves of a run, to be put into its page."""
    row = interpretation.run(work.connection, run)
    if row is None:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Run {run}")
    own_lab(work.caller, row.lab, f"Run {run}")
    known = catalog.current(work.connection)
    answer = views.run_answer(work.connection, known, run)
    calls = shown_on_plate(answer, queries.extracted_in_vain(work.connection, row.wells))
    seen = {(call.well, target): ct is not None for call in answer.calls for target, ct in call.readings.items()}
    drawn = charts.charts(
        interpretation.curves(work.connection, run),
        known.assay(row.assay, row.assay_version).readings,
        calls,
        [call.well for call in answer.calls if call.tube is None],
        seen,
    )
    sides = {"width": charts.WIDTH, "height": charts.HEIGHT, "left": charts.LEFT, "right": charts.RIGHT, "bottom": charts.BOTTOM}
    return page(request, "review/curves.html", {"charts": drawn, "wells": row.wells, "calls_by_well": calls} | sides, caller=work.caller)


def beside(work: Work, run: UUID, tubes: Sequence[str]) -> dict[str, dict[UUID, list[AnyRow]]]:
    """What other runs said of these tubes: tube → run → its readings."""
    found: dict[str, dict[UUID, list[AnyRow]]] = {}
    for row in queries.runs_beside(work.connection, run, tubes) if tubes else ():
        found.setdefault(row.barcode, {}).setdefault(row.run, []).append(row)
    return found


def shown_on_plate(run: RunAnswer, invalid: Collection[str]) -> dict[str, str]:
    """What each well of a run is shown as: a control by its verdict, a tube by its call where the run and its batch are in control."""
    out = {reason["well"] for reason in run.reasons}
    controls = {call.well: "failed" if call.well in out else "passed" for call in run.calls if call.tube is None}
    believed = run.control_verdict == "passed"
    tubes = {call.well: "failed" if call.tube in invalid else call.call for call in run.calls if believed and call.tube is not None}
    return controls | tubes


def on_plate(line: AnyRow, run: AnyRow) -> OnPlate:
    """A tube of the run as it stands now."""
    return OnPlate(line.barcode, Call(line.call), BenchState(line.bench_state), here=line.plate == run.plate, current=line.run == run.id)


def hindrance(work: Work, run: AnyRow) -> Mapping[str, Refused | None]:
    """Why this user may release nothing of the run, and why send nothing back; None where it may be."""
    own = refusal_of(lambda: actions.refuse_own_import(run, work.caller))
    newest = interpretation.newest_passed_run(work.connection, run.plate)
    unfit = refusal_of(lambda: refuse_unapprovable(run.controls_passed, run.id, newest, run.plate))
    return {"release": own or unfit, "send_back": own}


def refusal_of(asked: Callable[[], None]) -> Refused | None:
    """What is said against something, or None."""
    try:
        asked()
    except Refused as refusal:
        return refusal
    return None
