"""Reading boxes and the tubes to be packed."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, select

from lims.custody.tables import Box, Tube
from lims.kernel.db import AnyRow


def box(connection: Connection, barcode: str) -> AnyRow | None:
    """One box."""
    return connection.execute(select(Box.__table__).where(Box.barcode == barcode)).one_or_none()


def box_for_update(connection: Connection, barcode: str) -> AnyRow | None:
    """One box, locked."""
    return connection.execute(select(Box.__table__).where(Box.barcode == barcode).with_for_update()).one_or_none()


def tubes_for_update(connection: Connection, codes: Collection[str]) -> Sequence[AnyRow]:
    """The tubes to be packed, locked in the order of their barcodes."""
    query = select(Tube.barcode, Tube.site, Tube.field_state, Tube.box).where(Tube.barcode.in_(codes))
    return connection.execute(query.order_by(Tube.barcode).with_for_update()).all()


def boxes_of_site(connection: Connection, site: str, limit: int = 20) -> Sequence[AnyRow]:
    """The boxes that a site packed last."""
    query = select(Box.__table__).where(Box.site == site).order_by(Box.sealed_at.desc(), Box.barcode).limit(limit)
    return connection.execute(query).all()
