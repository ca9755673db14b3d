"""Writing a hand-over and signing it. With the second signature, and not before, its boxes are on their way."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, update

from lims.custody.tables import Handover, HandoverBox
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited
from lims.kernel.auth.rules import Caller, own_site
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.sampling.boxes import actions as boxes
from lims.sampling.boxes.rules import Departure
from lims.sampling.handovers import queries
from lims.sampling.handovers.rules import Side, Signatures, countersigned, side_of, signed


@audited("handover.offered")
def offer(
    connection: Connection,
    handover_id: UUID,
    way: Departure,
    warm: dict[str, float | None],
    caller: Caller,
    now: datetime,
) -> None:
    """Write down which boxes pass on (`warm`: each with its temperature in °C, where measured), signed by whoever writes it."""
    side = side_of(caller)
    stored = boxes.locked(connection, list(warm))
    for box in stored:
        boxes.refuse_departed(box)
    if side is Side.GIVER:
        refuse_foreign(caller, stored)
    first = signed(side, caller.name)
    values = {"lab": way.lab, "vehicle": way.vehicle, "temperature_c": way.temperature_c, "boxes": len(warm), "offered_at": way.at}
    connection.execute(insert(Handover).values(id=handover_id, given_by=first.given_by, taken_by=first.taken_by, **values))
    rows = [{"barcode": barcode, "handover": handover_id, "temperature_c": celsius} for barcode, celsius in warm.items()]
    connection.execute(insert(HandoverBox), rows)
    said = {"boxes": list(warm), "lab": way.lab, "vehicle": way.vehicle, "temperature_c": way.temperature_c, "side": side.value}
    record(connection, caller.name, now, [Happening(str(handover_id), "handover.offered", way.at, said)])


@audited("handover.signed")
def countersign(connection: Connection, handover_id: UUID, signer: Caller, at: datetime, now: datetime) -> None:
    """Take the second signature; the boxes leave with it, each with one event."""
    known = queries.handover_for_update(connection, handover_id)
    if known is None:
        raise unknown(handover_id)
    both = countersigned(Signatures(known.given_by, known.taken_by), signer)
    packed = queries.boxes_of(connection, handover_id)
    if signer.name == both.given_by:
        refuse_foreign(signer, packed)
    signatures = {"given_by": both.given_by, "taken_by": both.taken_by, "signed_at": at, "signed_id": handover_id}
    connection.execute(update(Handover).where(Handover.id == handover_id).values(**signatures))
    way = Departure(
        lab=known.lab,
        at=at,
        courier=both.taken_by or "",
        vehicle=known.vehicle,
        carried_by=both.taken_by,
        handover=handover_id,
        temperature_c=known.temperature_c,
    )
    boxes.dispatch(connection, [box.barcode for box in packed], way, signer.name, now)
    record(connection, signer.name, now, [Happening(str(handover_id), "handover.signed", at, {"lab": known.lab, "boxes": len(packed)})])


def refuse_foreign(giver: Caller, packed: Sequence[AnyRow]) -> None:
    """Refused where a box is another site's than the giver's; of one that nobody has packed yet, nobody knows."""
    for box in packed:
        if box.site is not None:
            own_site(giver, box.site, f"Box {box.barcode}")


def unknown(handover_id: UUID) -> Refused:
    """There is no such hand-over, or it is nobody's business who asks."""
    return Refused("not_found", "{what} is not known here.", what=f"Hand-over {handover_id}")
