"""Routes of boxes."""

from typing import Annotated

from fastapi import APIRouter

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_site
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.sampling.boxes import actions, queries
from lims.sampling.boxes.forms import BoxAnswer, DispatchForm, PackForm

router = APIRouter(prefix="/sampling/api", tags=["boxes"])


@router.post("/boxes")
def pack(form: PackForm, work: Annotated[Work, allow(Role.SAMPLER, using=Access.FIELD)]) -> BoxAnswer:
    """Pack sealed tubes into a box and seal it; again under the same id without effect."""
    known = catalog.current(work.connection)
    own_site(work.caller, known.site(form.site).code, f"Site {form.site}")
    box = barcodes.check(barcodes.normalise(form.barcode), barcodes.Kind.BOX, known.formats)
    tubes = [barcodes.check(barcodes.normalise(tube), barcodes.Kind.TUBE, known.formats) for tube in form.tubes]
    sealed_at = clock.happened(form.sealed_at, work.now)
    if taken_first(work.connection, form.id, "box.pack", form.model_dump(), work.caller.name, work.now):
        actions.pack(work.connection, box, form.site, tubes, sealed_at, work.caller.name, work.now)
    return answer(work, box)


@router.post("/boxes/{barcode}/dispatch")
def dispatch(barcode: str, form: DispatchForm, work: Annotated[Work, allow(Role.SAMPLER, Role.COURIER, using=Access.FIELD)]) -> BoxAnswer:
    """Send a box on its way to a lab. The packing list may come later."""
    known = catalog.current(work.connection)
    box = barcodes.check(barcodes.normalise(barcode), barcodes.Kind.BOX, known.formats)
    stored = queries.box(work.connection, box)
    if stored is not None and stored.site is not None:
        own_site(work.caller, stored.site, f"Box {box}")
    lab, at = known.lab(form.lab).code, clock.happened(form.at, work.now)
    content = form.model_dump() | {"box": box}
    if taken_first(work.connection, form.id, "box.dispatch", content, work.caller.name, work.now):
        actions.dispatch(work.connection, box, lab, form.courier, form.vehicle, at, work.caller.name, work.now)
    return answer(work, box)


def answer(work: Work, barcode: str) -> BoxAnswer:
    """A box as it stands."""
    row = queries.box(work.connection, barcode)
    if row is None:
        raise Refused("not_found", "{what} is not known here.", what=f"Box {barcode}")
    return BoxAnswer(
        barcode=row.barcode,
        site=row.site,
        tubes=row.packed_tubes,
        sealed_at=row.sealed_at,
        dispatched_at=row.dispatched_at,
        lab=row.dispatched_to,
    )
