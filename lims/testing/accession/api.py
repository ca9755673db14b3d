"""Routes of accession."""

from typing import Annotated

from fastapi import APIRouter

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab
from lims.kernel.db import Access
from lims.testing.accession import actions, lookup
from lims.testing.accession.forms import ReceiveForm, RejectForm, Standing, TubeState

router = APIRouter(prefix="/testing/api", tags=["accession"])
Technician = Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]


@router.post("/boxes/{barcode}/receive")
def receive(barcode: str, form: ReceiveForm, work: Technician) -> Standing:
    """Take in the tubes scanned out of a box, as often as more turn up."""
    known = catalog.current(work.connection)
    lab = known.lab(form.lab)
    own_lab(work.caller, lab.code, f"Lab {lab.code}")
    box = barcodes.check(barcodes.normalise(barcode), barcodes.Kind.BOX, known.formats)
    tubes = [barcodes.check(barcodes.normalise(tube), barcodes.Kind.TUBE, known.formats) for tube in form.tubes]
    at = clock.happened(form.at, work.now)
    content = form.model_dump() | {"box": box}
    if taken_first(work.connection, form.id, "box.receive", content, work.caller.name, work.now, sets=["tubes"]):
        policy = known.transport_policy(clock.local_day(at, lab.timezone))
        reception = actions.Reception(box, lab.code, at, work.caller.name, form.temperature_c, policy)
        actions.receive(work.connection, reception, tubes, work.now)
    return lookup.standing_answer(work, known, box, lab, tubes, at)


@router.get("/boxes/{barcode}")
def box(barcode: str, lab: str, work: Technician) -> Standing:
    """How a box stands, without receiving anything: one that is here or on its way here, or that nobody has told of yet."""
    known = catalog.current(work.connection)
    place = known.lab(lab)
    own_lab(work.caller, place.code, f"Lab {lab}")
    code = barcodes.check(barcodes.normalise(barcode), barcodes.Kind.BOX, known.formats)
    lookup.reached_box(work, code)
    return lookup.standing_answer(work, known, code, place, [], work.now)


@router.post("/tubes/{barcode}/reject")
def reject(barcode: str, form: RejectForm, work: Technician) -> TubeState:
    """Turn a tube away, with a reason of HL7 table 0490 or one of ours for pools."""
    code = barcodes.normalise(barcode)
    at = clock.happened(form.at, work.now)
    content = form.model_dump() | {"tube": code}
    if taken_first(work.connection, form.id, "tube.reject", content, work.caller.name, work.now):
        actions.reject(work.connection, code, form.reason, form.note, at, work.caller, work.now)
    return TubeState(barcode=code, state="rejected", reason=form.reason)
