"""Routes of hand-overs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.kernel import clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.guesses import Guess
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.sampling.boxes import queries as box_queries
from lims.sampling.boxes.api import box_code, packed_boxes, paper
from lims.sampling.boxes.manifest import Journey, of_boxes
from lims.sampling.boxes.rules import Departure
from lims.sampling.handovers import actions, queries
from lims.sampling.handovers.forms import HandoverAnswer, HandoverForm, SignForm
from lims.sampling.handovers.rules import Signatures, concerns
from lims.web.errors import said

router = APIRouter(prefix="/sampling/api", tags=["hand-overs"])
OnTheWay = Annotated[Work, allow(Role.SAMPLER, Role.COURIER, using=Access.FIELD)]


@router.post("/handovers", response_model=HandoverAnswer)
def hand_over(form: HandoverForm, request: Request, work: OnTheWay) -> HandoverAnswer | Response:
    """Hand boxes over: signed by the caller, and by a second person at once (`signature`) or later (`…/sign`)."""
    known = catalog.current(work.connection)
    warm = {box_code(box.barcode, known): box.temperature_c for box in form.boxes}
    if len(warm) < len(form.boxes):
        raise Refused("handover_box_twice", "A box is listed twice in this hand-over.")
    at = clock.happened(form.at, work.now)
    way = Departure(lab=known.lab(form.lab).code, at=at, vehicle=form.vehicle, temperature_c=form.temperature_c)
    second = None
    if form.signature:
        guess = Guess.of(work.program, form.signature.name, request.client.host if request.client else "")
        second = guess.caller(work.connection, form.signature.password.get_secret_value(), work.now)
        if second is None:
            # An answer, not an exception: the transaction is committed, and with it the count of wrong passwords.
            return said(
                request, Refused("signature_wrong", "The name or the password of the second signature is wrong; nothing was handed over.")
            )
    content = form.model_dump(exclude={"signature"}) | {"second": second.name if second else None}
    if taken_first(work.connection, form.id, "handover", content, work.caller.name, work.now):
        actions.offer(work.connection, form.id, way, warm, work.caller, work.now)
        if second:
            actions.countersign(work.connection, form.id, second, at, work.now)
    return answer(work, form.id)


@router.post("/handovers/{handover_id}/sign")
def sign(handover_id: UUID, form: SignForm, work: OnTheWay) -> HandoverAnswer:
    """Sign the other side of a hand-over; its boxes are on their way from then on."""
    at = clock.happened(form.at, work.now)
    content = form.model_dump() | {"handover": handover_id}
    if taken_first(work.connection, form.id, "handover.sign", content, work.caller.name, work.now):
        actions.countersign(work.connection, handover_id, work.caller, at, work.now)
    return answer(work, handover_id)


@router.get("/handovers/{handover_id}")
def handover(handover_id: UUID, work: OnTheWay) -> HandoverAnswer:
    """A hand-over as it stands, for those who have signed it and whoever may sign it."""
    row = queries.handover(work.connection, handover_id)
    if row is None or not concerns(work.caller, Signatures(row.given_by, row.taken_by)):
        raise actions.unknown(handover_id)
    return answer(work, handover_id)


@router.get("/handovers/{handover_id}/manifest.pdf")
def handover_manifest(handover_id: UUID, work: OnTheWay) -> Response:
    """The manifest of all boxes of a hand-over, with what is known of it, and room for signatures."""
    row = queries.handover(work.connection, handover_id)
    if row is None or not concerns(work.caller, Signatures(row.given_by, row.taken_by)):
        raise actions.unknown(handover_id)
    known = catalog.current(work.connection)
    stored = box_queries.boxes(work.connection, [box.barcode for box in queries.boxes_of(work.connection, handover_id)])
    journey = Journey(row.lab, row.vehicle, row.temperature_c, row.given_by, row.taken_by, row.signed_at)
    zone = known.labs[row.lab].timezone if row.lab in known.labs else work.program.settings.timezone
    return paper(of_boxes(packed_boxes(work, stored, known), zone, work.now, journey), f"manifest-{handover_id}")


def answer(work: Work, handover_id: UUID) -> HandoverAnswer:
    """A hand-over as it stands."""
    row = queries.handover(work.connection, handover_id)
    if row is None:
        raise actions.unknown(handover_id)
    shown = {name: getattr(row, name) for name in HandoverAnswer.model_fields if name != "boxes"}
    return HandoverAnswer(**shown, boxes=[box.barcode for box in queries.boxes_of(work.connection, handover_id)])
