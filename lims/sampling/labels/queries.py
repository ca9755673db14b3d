"""Reading label ranges."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import BigInteger, Connection, func, select, text
from sqlalchemy.dialects.postgresql import INT8RANGE

from lims.kernel.barcodes import Kind
from lims.kernel.db import AnyRow
from lims.sampling.labels.tables import LabelBlock, LabelRange


def range_for_update(connection: Connection, range_id: UUID) -> AnyRow | None:
    """One range, locked, so that two first prints are one first print and one reprint."""
    return connection.execute(select(LabelRange.__table__).where(LabelRange.id == range_id).with_for_update()).one_or_none()


def range_by_id(connection: Connection, range_id: UUID) -> AnyRow | None:
    """One range."""
    return connection.execute(select(LabelRange.__table__).where(LabelRange.id == range_id)).one_or_none()


def range_by_serials(connection: Connection, first: int, last: int) -> AnyRow | None:
    """The range that holds both serials, locked."""
    query = select(LabelRange.__table__).where(LabelRange.first_serial <= first, LabelRange.last_serial >= last)
    return connection.execute(query.with_for_update()).one_or_none()


def block_for_update(connection: Connection, site: str, count: int) -> AnyRow | None:
    """A block of this site with that many serials left, the fullest used first, locked."""
    query = (
        select(LabelBlock.__table__)
        .where(LabelBlock.site == site, LabelBlock.last_serial - LabelBlock.next_serial + 1 >= count)
        .where(LabelBlock.next_serial <= LabelBlock.last_serial)
        .order_by(LabelBlock.last_serial - LabelBlock.next_serial, LabelBlock.id)
        .limit(1)
        .with_for_update()
    )
    return connection.execute(query).one_or_none()


def ranges_of_site(connection: Connection, site: str, limit: int = 20) -> Sequence[AnyRow]:
    """The ranges that a site reserved last."""
    query = select(LabelRange.__table__).where(LabelRange.site == site).order_by(LabelRange.id.desc()).limit(limit)
    return connection.execute(query).all()


def range_of_code(connection: Connection, serial: int) -> AnyRow | None:
    """The range that a serial was given out in."""
    query = select(LabelRange.__table__).where(LabelRange.first_serial <= serial, LabelRange.last_serial >= serial)
    return connection.execute(query).one_or_none()


def tube_blocks(connection: Connection, site: str) -> list[tuple[int, int]]:
    """The serials of every tube label that a site ever reserved, as (first, last) of unbroken runs."""
    serials = func.int8range(LabelRange.first_serial, LabelRange.last_serial, text("'[]'"))
    mine = (LabelRange.site == site) & (LabelRange.kind == Kind.TUBE.value)
    run = select(func.unnest(func.range_agg(serials), type_=INT8RANGE).label("run")).where(mine).subquery().c.run
    ends = select(func.lower(run, type_=BigInteger), func.upper(run, type_=BigInteger) - 1)
    return [(first, last) for first, last in connection.execute(ends)]
