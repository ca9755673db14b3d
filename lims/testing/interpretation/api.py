"""Routes of runs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Response, UploadFile

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab
from lims.kernel.db import Access
from lims.testing.interpretation import actions, queries, uploads, views
from lims.testing.interpretation.forms import RunAnswer, WaitingAnswer
from lims.testing.plates import lookup
from lims.testing.plates.forms import MoveForm, PlateAnswer

router = APIRouter(prefix="/testing/api", tags=["runs"])
Technician = Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]
MOST_BYTES, MOST_FILES = 64 * 2**20, 12


@router.post("/plates/{barcode}/runs", status_code=201, responses={200: {"model": RunAnswer}, 202: {"model": WaitingAnswer}})
def import_run(
    barcode: str,
    work: Technician,
    response: Response,
    file: Annotated[list[UploadFile], File(min_length=1, max_length=MOST_FILES)],
    at: Annotated[clock.Moment | None, Form()] = None,
) -> RunAnswer | WaitingAnswer:
    """Import an instrument's file for a plate. Whatever becomes of it, the file itself is kept.

    Where the instrument writes a file for each filter, they are sent together, or one after another: 202 until all are there.
    """
    plate = lookup.own_plate(work, barcodes.normalise(barcode))
    files = [(one.file.read(MOST_BYTES), one.filename or "") for one in file]
    known = catalog.current(work.connection)
    done = uploads.taken(work.program, work.connection, known, plate, files, at, work.caller.name, work.now)
    response.status_code = 202 if done.run is None else 200 if done.again else 201
    return views.imported(work.connection, known, plate.barcode, done)


@router.post("/plates/{barcode}/moves")
def move(barcode: str, form: MoveForm, work: Technician) -> PlateAnswer:
    """Put a tube into another well, or a waiting one into a free well, until the plate is run; what stood there changes places."""
    plate = lookup.own_plate(work, barcodes.normalise(barcode))
    known = catalog.current(work.connection)
    tube = barcodes.check(barcodes.normalise(form.tube), barcodes.Kind.TUBE, known.formats)
    at = clock.happened(form.at, work.now)
    content = form.model_dump() | {"plate": plate.barcode}
    if taken_first(work.connection, form.id, "plate.move", content, work.caller.name, work.now):
        actions.move(work.connection, known, plate.barcode, tube, form.well, at, work.caller.name, work.now)
    return lookup.plate_answer(work, plate.barcode)


@router.get("/runs/{run}")
def run(run: UUID, work: Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, using=Access.BENCH)]) -> RunAnswer:
    """One run with every well."""
    row = queries.run(work.connection, run)
    if row is not None:
        own_lab(work.caller, row.lab, f"Run {run}")
    return views.run_answer(work.connection, catalog.current(work.connection), run)
