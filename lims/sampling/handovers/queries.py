"""Reading hand-overs."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, or_, select

from lims.custody.tables import Box, Handover, HandoverBox
from lims.kernel.db import AnyRow


def handover(connection: Connection, handover_id: UUID) -> AnyRow | None:
    """One hand-over."""
    return connection.execute(select(Handover.__table__).where(Handover.id == handover_id)).one_or_none()


def handover_for_update(connection: Connection, handover_id: UUID) -> AnyRow | None:
    """One hand-over, locked."""
    return connection.execute(select(Handover.__table__).where(Handover.id == handover_id).with_for_update()).one_or_none()


def boxes_of(connection: Connection, handover_id: UUID) -> Sequence[AnyRow]:
    """The boxes of a hand-over, as they stand now."""
    columns = (HandoverBox.barcode, HandoverBox.temperature_c, Box.site, Box.packed_tubes, Box.sealed_at, Box.sealed_by)
    query = select(*columns).outerjoin(Box, Box.barcode == HandoverBox.barcode).where(HandoverBox.handover == handover_id)
    return connection.execute(query.order_by(HandoverBox.barcode)).all()


def last_of(connection: Connection, name: str, limit: int = 10) -> Sequence[AnyRow]:
    """The hand-overs that somebody has signed last, on either side."""
    query = select(Handover.__table__).where(or_(Handover.given_by == name, Handover.taken_by == name))
    return connection.execute(query.order_by(Handover.offered_at.desc()).limit(limit)).all()
