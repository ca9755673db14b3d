"""Routes of extraction batches."""

from typing import Annotated

from fastapi import APIRouter

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab
from lims.kernel.db import Access
from lims.testing.extraction import actions, lookup
from lims.testing.extraction.forms import ExtractionAnswer, ExtractionForm

router = APIRouter(prefix="/testing/api", tags=["extraction"])


@router.post("/extractions")
def extract(form: ExtractionForm, work: Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]) -> ExtractionAnswer:
    """Extract waiting tubes together, most urgent first, beside controls; or as given. The batch has the code of its deep-well plate."""
    known = catalog.current(work.connection)
    own_lab(work.caller, known.lab(form.lab).code, f"Lab {form.lab}")
    barcode = barcodes.check(barcodes.normalise(form.barcode), barcodes.Kind.PLATE, known.formats)
    at = clock.happened(form.at, work.now)
    if taken_first(work.connection, form.id, "batch.extract", form.model_dump(), work.caller.name, work.now):
        actions.extract(work.connection, known, form, barcode, at, work.caller.name, work.now)
    return lookup.batch_answer(work, barcode)


@router.get("/extractions/{barcode}")
def batch(barcode: str, work: Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, using=Access.BENCH)]) -> ExtractionAnswer:
    """A batch: its map, and why it is invalid where it is."""
    return lookup.batch_answer(work, barcodes.normalise(barcode))
