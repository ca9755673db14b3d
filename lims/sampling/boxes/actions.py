"""Packing and dispatching.

A box's row gathers facts in any order: a lab may scan it, or a courier take it, before its packing list comes.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, update
from sqlalchemy.dialects.postgresql import insert

from lims.custody.rules import FieldState
from lims.custody.tables import Box, Tube
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused, listed
from lims.sampling.boxes import queries


@audited("box.packed", "tube.boxed")
def pack(connection: Connection, barcode: str, site: str, tubes: Sequence[str], sealed_at: datetime, by: str, now: datetime) -> None:
    """Put sealed tubes of this site into a box; refused naming every tube that cannot go in."""
    connection.execute(insert(Box).values(barcode=barcode).on_conflict_do_nothing(index_elements=["barcode"]))
    known = queries.box_for_update(connection, barcode)
    if known is not None and known.sealed_at is not None:
        raise Refused(
            "box_packed", "Box {box} was sealed at {at:%Y-%m-%d %H:%M}Z with {count} tubes; take another box.",
            box=barcode, at=known.sealed_at, count=known.packed_tubes,
        )  # fmt: skip
    refuse_unfit(barcode, site, tubes, {row.barcode: row for row in queries.tubes_for_update(connection, tubes)})
    way = {"dispatched_at": known.dispatched_at, "dispatched_to": known.dispatched_to} if known is not None and known.dispatched_at else {}
    connection.execute(update(Tube).where(Tube.barcode.in_(tubes)).values(box=barcode, **way))
    connection.execute(
        update(Box).where(Box.barcode == barcode).values(site=site, packed_tubes=len(tubes), sealed_at=sealed_at, sealed_by=by)
    )
    happenings = [Happening(tube, "tube.boxed", sealed_at, {"box": barcode}) for tube in tubes]
    record(connection, by, now, [Happening(barcode, "box.packed", sealed_at, {"site": site, "tubes": list(tubes)}), *happenings])


def refuse_unfit(box: str, site: str, tubes: Sequence[str], known: dict[str, AnyRow]) -> None:
    """Refused, with the tubes and the reason, unless every tube is this site's, sealed, and in no box."""
    if len(set(tubes)) < len(tubes):
        raise Refused("box_tube_twice", "Box {box} lists a tube twice.", box=box)
    if strange := [tube for tube in tubes if tube not in known or known[tube].site != site]:
        raise Refused("box_tube_unknown", "Not registered at {site} yet: {tubes}. Send them first.", site=site, tubes=listed(strange))
    if unsealed := [tube for tube in tubes if known[tube].field_state != FieldState.SEALED]:
        raise Refused("box_tube_not_sealed", "Only sealed tubes go into a box; not sealed: {tubes}.", tubes=listed(unsealed))
    if packed := [f"{tube} (in box {known[tube].box})" for tube in tubes if known[tube].box is not None]:
        raise Refused("box_tube_packed", "A tube is in one box: {tubes}.", tubes=listed(packed))


@audited("box.dispatched", "tube.dispatched")
def dispatch(connection: Connection, barcode: str, lab: str, courier: str, vehicle: str, at: datetime, by: str, now: datetime) -> None:
    """Note that a box has left, and its tubes with it; a second departure to another lab is refused."""
    connection.execute(insert(Box).values(barcode=barcode).on_conflict_do_nothing(index_elements=["barcode"]))
    known = queries.box_for_update(connection, barcode)
    if known is not None and known.dispatched_at is not None:
        raise Refused(
            "box_dispatched",
            "Box {box} left for {lab} at {at:%Y-%m-%d %H:%M}Z.",
            box=barcode,
            lab=known.dispatched_to,
            at=known.dispatched_at,
        )
    values = {"dispatched_at": at, "dispatched_to": lab}
    connection.execute(update(Box).where(Box.barcode == barcode).values(**values, courier=courier, vehicle=vehicle))
    moved = connection.execute(update(Tube).where(Tube.box == barcode).values(**values).returning(Tube.barcode)).scalars().all()
    happenings = [Happening(tube, "tube.dispatched", at, {"box": barcode, "lab": lab}) for tube in sorted(moved)]
    record(
        connection, by, now, [Happening(barcode, "box.dispatched", at, {"lab": lab, "vehicle": vehicle, "courier": courier}), *happenings]
    )
