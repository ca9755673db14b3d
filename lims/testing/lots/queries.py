"""Reading lots."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Connection, select

from lims.kernel.db import AnyRow
from lims.testing.lots.rules import Lot, LotKind
from lims.testing.lots.tables import LotRow


def lots(connection: Connection, lab: str) -> Sequence[AnyRow]:
    """The lots of a lab, those opened last first, then those that nobody has opened."""
    query = select(LotRow.__table__).where(LotRow.lab == lab)
    return connection.execute(query.order_by(LotRow.opened_at.desc().nulls_last(), LotRow.received_at.desc(), LotRow.id)).all()


def lot(connection: Connection, lot_id: UUID) -> AnyRow | None:
    """One lot."""
    return connection.execute(select(LotRow.__table__).where(LotRow.id == lot_id)).one_or_none()


def numbered(connection: Connection, number: str, lab: str | None) -> Sequence[AnyRow]:
    """The lots of this number in a lab (or in all), the newest first."""
    query = select(LotRow.__table__).where(LotRow.number == number).order_by(LotRow.received_at.desc(), LotRow.id)
    return connection.execute(query.where(LotRow.lab == lab) if lab else query).all()


def lots_by_id(connection: Connection, ids: Collection[UUID]) -> Sequence[AnyRow]:
    """These lots, in the order of their kinds and numbers."""
    query = select(LotRow.__table__).where(LotRow.id.in_(ids))
    return connection.execute(query.order_by(LotRow.kind, LotRow.product, LotRow.number)).all()


def known(connection: Connection, lab: str) -> list[Lot]:
    """The lots of a lab as the rules use them."""
    return [
        Lot(row.id, row.lab, LotKind(row.kind), row.product, row.assay, row.number, row.expires_on, row.opened_at)
        for row in lots(connection, lab)
    ]
