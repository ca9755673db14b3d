"""Routes of lots."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.kernel import clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab
from lims.kernel.db import Access
from lims.testing.lots import actions, lookup, queries
from lims.testing.lots.forms import LotAnswer, LotForm, OpenForm

router = APIRouter(prefix="/testing/api", tags=["lots"])
Technician = Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]


@router.post("/lots")
def receive(form: LotForm, work: Technician) -> LotAnswer:
    """Take in a lot of a kit or of control material; opened, it is used for everything from now on."""
    known = catalog.current(work.connection)
    own_lab(work.caller, known.lab(form.lab).code, f"Lab {form.lab}")
    at = clock.happened(form.at, work.now)
    if taken_first(work.connection, form.id, "lot.receive", form.model_dump(), work.caller.name, work.now):
        actions.receive(work.connection, known, form, at, work.caller.name, work.now)
    return LotAnswer.model_validate(lookup.own_lot(work, form.id), from_attributes=True)


@router.get("/lots")
def lots(work: Technician, lab: str) -> dict[str, list[LotAnswer] | None]:
    """The lots of a lab, those opened last first."""
    own_lab(work.caller, catalog.current(work.connection).lab(lab).code, f"Lab {lab}")
    items = [LotAnswer.model_validate(row, from_attributes=True) for row in queries.lots(work.connection, lab)]
    return {"items": items, "next": None}


@router.post("/lots/{lot}/open")
def open_lot(lot: UUID, form: OpenForm, work: Technician) -> LotAnswer:
    """Use this lot from now on."""
    row = lookup.own_lot(work, lot)
    at = clock.happened(form.at, work.now)
    if taken_first(work.connection, form.id, "lot.open", form.model_dump() | {"lot": str(lot)}, work.caller.name, work.now):
        actions.open_lot(work.connection, row, at, work.caller.name, work.now)
    return LotAnswer.model_validate(lookup.own_lot(work, lot), from_attributes=True)
