"""Packing, packing anew and dispatching.

A box's row gathers facts in any order: a lab may scan it, or a courier take it, before its packing list comes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Text, select, update
from sqlalchemy.dialects.postgresql import insert

from lims.custody.rules import FieldState
from lims.custody.tables import Box, Tube
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.auth.rules import Caller, own_site
from lims.kernel.db import AnyRow, records
from lims.kernel.errors import Refused, listed
from lims.sampling.boxes import queries
from lims.sampling.boxes.rules import Departure, left_at


@audited("box.packed", "tube.boxed")
def pack(connection: Connection, barcode: str, site: str, tubes: Sequence[str], sealed_at: datetime, by: str, now: datetime) -> None:
    """Put sealed tubes of this site into a box; refused naming every tube that cannot go in."""
    known = locked(connection, [barcode])[0]
    if known.sealed_at is not None:
        raise Refused(
            "box_packed", "Box {box} was sealed at {at:%Y-%m-%d %H:%M}Z with {count} tubes; take another box.",
            box=barcode, at=known.sealed_at, count=known.packed_tubes,
        )  # fmt: skip
    refuse_unfit(barcode, site, tubes, {row.barcode: row for row in queries.tubes_for_update(connection, tubes)})
    put_in(connection, known, tubes)
    connection.execute(
        update(Box).where(Box.barcode == barcode).values(site=site, packed_tubes=len(tubes), sealed_at=sealed_at, sealed_by=by)
    )
    happenings = [Happening(tube, "tube.boxed", sealed_at, {"box": barcode}) for tube in tubes]
    record(connection, by, now, [Happening(barcode, "box.packed", sealed_at, {"site": site, "tubes": list(tubes)}), *happenings])


@audited("box.repacked", "tube.boxed", "tube.unboxed")
def repack(
    connection: Connection, barcode: str, added: Sequence[str], removed: Sequence[str], at: datetime, caller: Caller, now: datetime
) -> None:
    """Put stragglers into a sealed box that has not left, and take tubes out of it."""
    known = locked(connection, [barcode])[0]
    if known.site is not None:
        own_site(caller, known.site, f"Box {barcode}")
    if known.sealed_at is None or known.site is None:
        raise Refused("box_not_sealed", "Nobody has sealed box {box} yet; send that first.", box=barcode)
    if (left := left_at(known)) is not None and at >= left:
        raise Refused(
            "box_left", "Box {box} left at {at:%Y-%m-%d %H:%M}Z; put these tubes into the next box: {tubes}.",
            box=barcode, at=left, tubes=listed([*added, *removed]),
        )  # fmt: skip
    rows = {row.barcode: row for row in queries.tubes_for_update(connection, [*added, *removed])}
    if foreign := [tube for tube in removed if tube not in rows or rows[tube].box != barcode]:
        raise Refused("box_tube_elsewhere", "Not in box {box}: {tubes}.", box=barcode, tubes=listed(foreign))
    refuse_unfit(barcode, known.site, added, rows)
    count = known.packed_tubes + len(added) - len(set(removed))
    if count < 1:
        raise Refused("box_emptied", "Box {box} would be empty; leave a tube in it.", box=barcode)
    put_in(connection, known, added)
    connection.execute(update(Tube).where(Tube.barcode.in_(removed)).values(box=None, dispatched_at=None, dispatched_to=None))
    connection.execute(update(Box).where(Box.barcode == barcode).values(packed_tubes=count))
    happenings = [Happening(tube, "tube.boxed", at, {"box": barcode}) for tube in added]
    happenings += [Happening(tube, "tube.unboxed", at, {"box": barcode}) for tube in removed]
    changed = Happening(barcode, "box.repacked", at, {"added": list(added), "removed": list(removed)})
    record(connection, caller.name, now, [changed, *happenings])


@unaudited("a row that says nothing yet, so that it can be locked")
def locked(connection: Connection, barcodes: Sequence[str]) -> Sequence[AnyRow]:
    """The rows of these boxes, locked in the order of their barcodes; of one that nobody has spoken of, a new one."""
    stubs = select(records(({"barcode": barcode} for barcode in sorted(barcodes)), barcode=Text()).c.barcode)
    connection.execute(insert(Box).from_select(["barcode"], stubs).on_conflict_do_nothing(index_elements=["barcode"]))
    return queries.boxes_for_update(connection, barcodes)


def put_in(connection: Connection, box: AnyRow, tubes: Sequence[str]) -> None:
    """Note in which box the tubes are; if it is on its way already, so are they."""
    way = {"dispatched_at": box.dispatched_at, "dispatched_to": box.dispatched_to} if box.dispatched_at else {}
    connection.execute(update(Tube).where(Tube.barcode.in_(tubes)).values(box=box.barcode, **way))


def refuse_unfit(box: str, site: str, tubes: Sequence[str], known: dict[str, AnyRow]) -> None:
    """Refused, with the tubes and the reason, unless every tube is this site's, sealed, and in no box."""
    if len(set(tubes)) < len(tubes):
        raise Refused("box_tube_twice", "Box {box} lists a tube twice.", box=box)
    if strange := [tube for tube in tubes if tube not in known or known[tube].site != site]:
        raise Refused("box_tube_unknown", "Not registered at {site} yet: {tubes}. Send them first.", site=site, tubes=listed(strange))
    rows = [known[tube] for tube in tubes]
    if unsealed := [row.barcode for row in rows if row.field_state != FieldState.SEALED]:
        raise Refused("box_tube_not_sealed", "Only sealed tubes go into a box; not sealed: {tubes}.", tubes=listed(unsealed))
    if packed := [f"{row.barcode} (in box {row.box})" for row in rows if row.box is not None]:
        raise Refused("box_tube_packed", "A tube is in one box: {tubes}.", tubes=listed(packed))


@audited("box.dispatched", "tube.dispatched")
def dispatch(connection: Connection, barcodes: Sequence[str], way: Departure, by: str, now: datetime) -> None:
    """Note that boxes have left, and their tubes with them; a second departure of a box is refused."""
    for known in locked(connection, barcodes):
        refuse_departed(known)
    values = {"dispatched_at": way.at, "dispatched_to": way.lab}
    how = {"courier": way.courier, "vehicle": way.vehicle, "carried_by": way.carried_by, "handover": way.handover}
    connection.execute(update(Box).where(Box.barcode.in_(barcodes)).values(**values, **how))
    moved = connection.execute(update(Tube).where(Tube.box.in_(barcodes)).values(**values).returning(Tube.barcode, Tube.box)).all()
    happenings = [Happening(barcode, "box.dispatched", way.at, way.told) for barcode in barcodes]
    told = ({"box": tube.box, "lab": way.lab} for tube in moved)
    happenings += [Happening(tube.barcode, "tube.dispatched", way.at, what) for tube, what in zip(moved, told, strict=True)]
    record(connection, by, now, happenings)


@audited("box.diverted", "tube.diverted")
def divert(connection: Connection, moves: Mapping[str, str], why: str, by: str, now: datetime) -> None:
    """Send boxes to other labs (`moves`: box → lab): those on their way at once, those at their sites when they leave.

    Refused as a whole where a lab has opened one of them meanwhile. `why` is the id of what was decided.
    """
    known = queries.boxes_for_update(connection, moves)
    if arrived := [f"{box.barcode} ({box.lab})" for box in known if box.received_at is not None]:
        raise Refused(
            "box_arrived",
            "Opened by a lab meanwhile: {boxes}. Nothing was changed; look at what is still on its way.",
            boxes=listed(arrived),
        )
    rows = records(({"barcode": box, "lab": lab} for box, lab in sorted(moves.items())), barcode=Text(), lab=Text())
    directed = update(Box).where(Box.barcode == rows.c.barcode)
    connection.execute(directed.values(directed_to=rows.c.lab, directed_at=now))
    connection.execute(directed.where(Box.dispatched_at.is_not(None)).values(dispatched_to=rows.c.lab))
    on_way = update(Tube).where(Tube.box == rows.c.barcode, Tube.dispatched_at.is_not(None), Tube.received_at.is_(None))
    moved = connection.execute(on_way.values(dispatched_to=rows.c.lab).returning(Tube.barcode, Tube.box)).all()
    happenings = [
        Happening(
            box.barcode, "box.diverted", now, {"from": box.dispatched_to or box.directed_to, "lab": moves[box.barcode], "diversion": why}
        )
        for box in known
    ]
    told = ({"box": tube.box, "lab": moves[tube.box], "diversion": why} for tube in moved)
    happenings += [Happening(tube.barcode, "tube.diverted", now, what) for tube, what in zip(moved, told, strict=True)]
    record(connection, by, now, happenings)


def refuse_departed(box: AnyRow) -> None:
    """Refused where a box has left already."""
    if box.dispatched_at is not None:
        raise Refused(
            "box_dispatched",
            "Box {box} left for {lab} at {at:%Y-%m-%d %H:%M}Z.",
            box=box.barcode,
            lab=box.dispatched_to,
            at=box.dispatched_at,
        )
