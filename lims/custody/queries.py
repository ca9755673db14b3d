"""Reading what both ends share."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, select

from lims.custody.tables import Message, Tube


def message_digest(connection: Connection, message_id: UUID) -> bytes:
    """What a message taken before said, as its digest."""
    return connection.execute(select(Message.digest).where(Message.id == message_id)).scalar_one()


def pool_members(connection: Connection, pool: str) -> Sequence[str]:
    """The single tubes of an aliquot pool, in the order of their barcodes."""
    return connection.execute(select(Tube.barcode).where(Tube.pool == pool).order_by(Tube.barcode)).scalars().all()
