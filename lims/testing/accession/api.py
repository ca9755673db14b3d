"""Routes of accession."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter

from lims.catalog import queries as catalog
from lims.catalog.rules import Catalog
from lims.custody.actions import taken_first
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab
from lims.kernel.db import Access
from lims.testing.accession import actions, queries
from lims.testing.accession.forms import Carriage, ReceiveForm, RejectForm, Standing, TubeState
from lims.testing.accession.rules import minutes_on_its_way, standing

router = APIRouter(prefix="/testing/api", tags=["accession"])
Technician = Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]


@router.post("/boxes/{barcode}/receive")
def receive(barcode: str, form: ReceiveForm, work: Technician) -> Standing:
    """Take in the tubes scanned out of a box, as often as more turn up."""
    known = catalog.current(work.connection)
    lab = known.lab(form.lab).code
    own_lab(work.caller, lab, f"Lab {lab}")
    box = barcodes.check(barcodes.normalise(barcode), barcodes.Kind.BOX, known.formats)
    tubes = [barcodes.check(barcodes.normalise(tube), barcodes.Kind.TUBE, known.formats) for tube in form.tubes]
    at = clock.happened(form.at, work.now)
    content = form.model_dump() | {"box": box}
    if taken_first(work.connection, form.id, "box.receive", content, work.caller.name, work.now):
        actions.receive(work.connection, box, lab, tubes, form.temperature_c, at, work.caller.name, work.now)
    stands = standing(box, lab, queries.tubes_of_box(work.connection, box, tubes))
    return Standing(**asdict(stands), carriage=carriage(work, box, known))


def carriage(work: Work, box: str, known: Catalog) -> Carriage | None:
    """How a box came to this lab; None where nobody has told of its leaving yet."""
    row = queries.carriage(work.connection, box)
    if row is None:
        return None
    minutes = minutes_on_its_way(row.dispatched_at, row.received_at or work.now)
    policy = known.transport_policy(row.dispatched_at.date())
    return Carriage(
        handover=row.handover,
        given_by=row.given_by,
        carried_by=row.carried_by or row.courier or None,
        vehicle=row.vehicle or None,
        left_at=row.dispatched_at,
        temperature_c=row.temperature_c,
        minutes=minutes,
        hours_at_most=policy.hours_at_most if policy else None,
        too_long=minutes > policy.hours_at_most * 60 if policy else None,
    )


@router.post("/tubes/{barcode}/reject")
def reject(barcode: str, form: RejectForm, work: Technician) -> TubeState:
    """Turn a tube away, with a reason of HL7 table 0490 or one of ours for pools."""
    code = barcodes.normalise(barcode)
    at = clock.happened(form.at, work.now)
    content = form.model_dump() | {"tube": code}
    if taken_first(work.connection, form.id, "tube.reject", content, work.caller.name, work.now):
        actions.reject(work.connection, code, form.reason, form.note, at, work.caller, work.now)
    return TubeState(barcode=code, state="rejected", reason=form.reason)
