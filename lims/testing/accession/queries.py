"""Reading boxes and tubes at the door of the lab."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, and_, func, or_, select, union_all

from lims.custody.tables import Box, Handover, Tube
from lims.kernel.db import AnyRow
from lims.kernel.locking import locked


def box_for_update(connection: Connection, barcode: str) -> AnyRow | None:
    """One box, locked."""
    return connection.execute(select(Box.__table__).where(Box.barcode == barcode).with_for_update()).one_or_none()


def tubes_for_update(connection: Connection, codes: Collection[str]) -> dict[str, AnyRow]:
    """Tubes by barcode, locked in the order of their barcodes."""
    query = select(
        Tube.barcode, Tube.kind, Tube.lab, Tube.bench_state, Tube.received_at, Tube.site, Tube.registered_at, Tube.sealed_at, Tube.mixed_for
    )  # fmt: skip
    return {row.barcode: row for row in locked(connection, query.where(Tube.barcode.in_(codes)).order_by(Tube.barcode))}


def box(connection: Connection, barcode: str) -> AnyRow | None:
    """One box."""
    return connection.execute(select(Box.__table__).where(Box.barcode == barcode)).one_or_none()


def tubes_of_box(connection: Connection, barcode: str, scanned: Collection[str]) -> Sequence[AnyRow]:
    """Every tube that was packed in this box or scanned out of it, and those scanned just now that were received from elsewhere.

    With who sealed the box it was packed in, and when.
    """
    columns = (
        Tube.barcode, Tube.box, Tube.received_box, Tube.lab, Tube.received_at, Tube.registered_at, Tube.sealed_at, Tube.site,
        Tube.bench_state, Tube.rejected_at, Tube.rejected_for,
        Box.sealed_at.label("box_sealed_at"), Box.sealed_by.label("box_sealed_by"),
    )  # fmt: skip
    of_box = or_(Tube.box == barcode, Tube.received_box == barcode, Tube.barcode.in_(scanned))
    query = select(*columns).outerjoin(Box, Box.barcode == Tube.box).where(of_box)
    return connection.execute(query.order_by(Tube.barcode)).all()


def carriage(connection: Connection, barcode: str) -> AnyRow | None:
    """How a box left its site and was opened, with the hand-over that two people signed; None where nobody told of its leaving."""
    columns = (Box.site, Box.handover, Box.courier, Box.carried_by, Box.vehicle, Box.dispatched_at, Box.received_at)
    query = select(*columns, Handover.given_by, Handover.temperature_c).outerjoin(Handover, Handover.signed_id == Box.handover)
    return connection.execute(query.where(Box.barcode == barcode, Box.dispatched_at.is_not(None))).one_or_none()


def boxes_of_lab(connection: Connection, lab: str, limit: int = 20) -> Sequence[AnyRow]:
    """Boxes that a lab received last, then those on their way to it; with how many tubes were scanned out of each, and how many miss."""
    here = (
        select(Box.__table__).where(Box.lab == lab, Box.received_at.is_not(None)).order_by(Box.received_at.desc()).limit(limit).subquery()
    )
    way = (
        select(Box.__table__).where(Box.dispatched_to == lab, Box.received_at.is_(None)).order_by(Box.dispatched_at).limit(limit).subquery()
    )
    boxes = union_all(select(here), select(way)).cte("boxes")
    scanned, missing = Tube.received_box == boxes.c.barcode, and_(Tube.box == boxes.c.barcode, Tube.received_at.is_(None))
    tubes = (
        select(boxes.c.barcode, func.count().filter(scanned).label("scanned"), func.count().filter(missing).label("missing"))
        .join(Tube, or_(scanned, missing))
        .group_by(boxes.c.barcode)
        .subquery()
    )
    counts = (func.coalesce(tubes.c[name], 0).label(name) for name in ("scanned", "missing"))
    query = select(boxes, *counts).outerjoin(tubes, tubes.c.barcode == boxes.c.barcode)
    return connection.execute(query.order_by(boxes.c.received_at.desc().nulls_first(), boxes.c.dispatched_at)).all()
