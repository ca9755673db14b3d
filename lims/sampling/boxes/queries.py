"""Reading boxes and the tubes to be packed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text

from lims.custody.tables import UNBOXED, Box, Tube
from lims.kernel.db import AnyRow
from lims.kernel.locking import locked


@dataclass(frozen=True)
class Waiting:
    """The sealed tubes of a site that lie in no box: the oldest of them, how many there are, and since when the oldest waits."""

    tubes: Sequence[AnyRow]
    count: int
    oldest: datetime | None


def box(connection: Connection, barcode: str) -> AnyRow | None:
    """One box."""
    return connection.execute(select(Box.__table__).where(Box.barcode == barcode)).one_or_none()


def boxes_for_update(connection: Connection, barcodes: Collection[str]) -> Sequence[AnyRow]:
    """These boxes, locked in the order of their barcodes."""
    return connection.execute(select(Box.__table__).where(Box.barcode.in_(barcodes)).order_by(Box.barcode).with_for_update()).all()


def boxes(connection: Connection, barcodes: Collection[str]) -> Sequence[AnyRow]:
    """These boxes, by barcode."""
    return connection.execute(select(Box.__table__).where(Box.barcode.in_(barcodes)).order_by(Box.barcode)).all()


def tubes_for_update(connection: Connection, codes: Collection[str]) -> Sequence[AnyRow]:
    """The tubes to be packed, locked in the order of their barcodes."""
    query = select(Tube.barcode, Tube.site, Tube.field_state, Tube.box).where(Tube.barcode.in_(codes))
    return locked(connection, query.order_by(Tube.barcode))


def tubes_in(connection: Connection, boxes: Collection[str]) -> Sequence[AnyRow]:
    """The tubes that were packed in boxes, with their number of people."""
    query = select(Tube.barcode, Tube.box, Tube.member_count, Tube.kind, Tube.sealed_at).where(Tube.box.in_(boxes))
    return connection.execute(query.order_by(Tube.box, Tube.barcode)).all()


def tube_and_box(connection: Connection, barcode: str) -> AnyRow | None:
    """A tube, and what is known of the box that it lies in."""
    columns = (
        Tube.barcode, Tube.site, Tube.field_state, Tube.sealed_at, Tube.box, Tube.dispatched_at, Tube.received_at, Tube.registered_at,
        Tube.dispatched_to, Tube.lab, Box.sealed_at.label("box_sealed_at"), Box.sealed_by.label("box_sealed_by"),
    )  # fmt: skip
    return connection.execute(select(*columns).outerjoin(Box, Box.barcode == Tube.box).where(Tube.barcode == barcode)).one_or_none()


def waiting(connection: Connection, site: str, limit: int = 1000) -> Waiting:
    """The sealed tubes of a site that lie in no box and in no lab, the oldest first."""
    everywhere = (text(UNBOXED), Tube.site == site, Tube.rejected_at.is_(None))
    count = func.count().over().label("count")
    rows = connection.execute(select(Tube.barcode, Tube.sealed_at, count).where(*everywhere).order_by(Tube.sealed_at).limit(limit)).all()
    return Waiting(rows, rows[0][2] if rows else 0, rows[0].sealed_at if rows else None)


def boxes_of_site(connection: Connection, site: str, limit: int = 20) -> Sequence[AnyRow]:
    """The boxes that a site packed last."""
    query = select(Box.__table__).where(Box.site == site).order_by(Box.sealed_at.desc(), Box.barcode).limit(limit)
    return connection.execute(query).all()


def carried(connection: Connection, courier: str, limit: int = 100) -> Sequence[AnyRow]:
    """The boxes that a courier's account carries: taken, and opened by no lab; the longest on its way first."""
    query = select(Box.__table__).where(Box.carried_by == courier, Box.received_at.is_(None))
    return connection.execute(query.order_by(Box.dispatched_at, Box.barcode).limit(limit)).all()


def sealed_at_site(connection: Connection, site: str, limit: int = 100) -> Sequence[AnyRow]:
    """The boxes that a site has sealed and that have not left, the oldest first."""
    still_here = (Box.site == site, Box.sealed_at.is_not(None), Box.dispatched_at.is_(None), Box.received_at.is_(None))
    return connection.execute(select(Box.__table__).where(*still_here).order_by(Box.sealed_at).limit(limit)).all()
