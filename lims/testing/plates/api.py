"""Routes of plates."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab
from lims.kernel.db import Access
from lims.testing.lots.lookup import own_lot
from lims.testing.plates import actions, lookup
from lims.testing.plates.forms import LotUses, PlateAnswer, PlateForm

router = APIRouter(prefix="/testing/api", tags=["plates"])
Technician = Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]


@router.post("/plates")
def lay_out(form: PlateForm, work: Technician) -> PlateAnswer:
    """Lay out a plate: waiting tubes, most urgent first, around the assay's controls; from extraction batches; or as given."""
    known = catalog.current(work.connection)
    own_lab(work.caller, known.lab(form.lab).code, f"Lab {form.lab}")
    barcode = barcodes.check(barcodes.normalise(form.barcode), barcodes.Kind.PLATE, known.formats)
    at = clock.happened(form.at, work.now)
    if taken_first(work.connection, form.id, "plate.lay_out", form.said(), work.caller.name, work.now):
        actions.lay_out(work.connection, known, form, barcode, at, work.caller.name, work.now)
    return lookup.plate_answer(work, barcode)


@router.get("/plates/{barcode}")
def plate(barcode: str, work: Technician) -> PlateAnswer:
    """A plate's map."""
    return lookup.plate_answer(work, barcodes.normalise(barcode))


@router.get("/lots/{lot}/uses")
def uses(lot: UUID, work: Technician) -> LotUses:
    """What a lot was used for, where it is called back: extraction batches, plates, and every tube in them."""
    own_lot(work, lot)
    found = lookup.uses_of(work, lot)
    return LotUses(
        lot=lot, batches=[row.barcode for row in found["batches"]], plates=[row.barcode for row in found["plates"]], tubes=found["tubes"]
    )
