"""Reading plates."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Connection, select

from lims.custody.tables import Tube
from lims.kernel.db import AnyRow
from lims.testing.plates.tables import Plate


def plate(connection: Connection, barcode: str) -> AnyRow | None:
    """One plate."""
    return connection.execute(select(Plate.__table__).where(Plate.barcode == barcode)).one_or_none()


def previous_wells(connection: Connection, lab: str) -> dict[str, dict[str, str]] | None:
    """The map of the plate that was laid out last in a lab."""
    query = select(Plate.wells).where(Plate.lab == lab).order_by(Plate.laid_at.desc(), Plate.barcode.desc()).limit(1)
    return connection.execute(query).scalar_one_or_none()


def laid_out(connection: Connection, lab: str | None, limit: int = 50) -> Sequence[AnyRow]:
    """The newest plates of a lab (or of all)."""
    query = select(Plate.__table__).order_by(Plate.laid_at.desc()).limit(limit)
    return connection.execute(query.where(Plate.lab == lab) if lab else query).all()


def plates_with_lot(connection: Connection, lot: UUID) -> Sequence[AnyRow]:
    """The plates that used a lot, newest first."""
    return connection.execute(select(Plate.__table__).where(Plate.lots.contains([lot])).order_by(Plate.laid_at.desc(), Plate.barcode)).all()


def plates_of_batch(connection: Connection, batch: str) -> Sequence[AnyRow]:
    """The plates that an extraction batch went on, oldest first."""
    return connection.execute(select(Plate.__table__).where(Plate.batches.contains([batch])).order_by(Plate.laid_at, Plate.barcode)).all()


def plates(connection: Connection, codes: Collection[str]) -> Sequence[AnyRow]:
    """The plates among these codes."""
    return connection.execute(select(Plate.__table__).where(Plate.barcode.in_(codes))).all()


def plates_holding(connection: Connection, tubes: Collection[str]) -> Sequence[AnyRow]:
    """The plates on which these tubes stand now."""
    standing = select(Tube.plate).where(Tube.barcode.in_(tubes))
    return connection.execute(select(Plate.__table__).where(Plate.barcode.in_(standing))).all()
