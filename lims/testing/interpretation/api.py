"""Routes of runs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Response, UploadFile
from pydantic import AwareDatetime

from lims.catalog import queries as catalog
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab
from lims.kernel.db import Access
from lims.testing.interpretation import actions, queries, views
from lims.testing.interpretation.forms import RunAnswer
from lims.testing.plates import lookup

router = APIRouter(prefix="/testing/api", tags=["runs"])
Technician = Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]
MOST_BYTES = 64 * 2**20


@router.post("/plates/{barcode}/runs", status_code=201)
def import_run(
    barcode: str,
    work: Technician,
    response: Response,
    file: Annotated[UploadFile, File()],
    at: Annotated[AwareDatetime | None, Form()] = None,
) -> RunAnswer:
    """Import an instrument's file for a plate. Whatever becomes of it, the file itself is kept."""
    plate = lookup.own_plate(work, barcodes.normalise(barcode))
    content, name = file.file.read(MOST_BYTES + 1), file.filename or ""
    with work.program.database.transaction(Access.BENCH) as aside:
        actions.keep_file(aside, content[:MOST_BYTES], name, plate.barcode, work.caller.name, work.now)
    known = catalog.current(work.connection)
    happened_at = clock.happened(at, work.now)
    run, again = actions.import_run(work.connection, known, plate, content, name, happened_at, work.caller.name, work.now)
    response.status_code = 200 if again else 201
    return views.run_answer(work.connection, known, run, already_imported=again)


@router.get("/runs/{run}")
def run(run: UUID, work: Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, using=Access.BENCH)]) -> RunAnswer:
    """One run with every well."""
    row = queries.run(work.connection, run)
    if row is not None:
        own_lab(work.caller, row.lab, f"Run {run}")
    return views.run_answer(work.connection, catalog.current(work.connection), run)
