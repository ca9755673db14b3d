"""Reading plates and what waits for one."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, func, select

from lims.catalog.tables import SiteRow
from lims.custody.tables import Tube
from lims.kernel.db import AnyRow
from lims.testing.plates.tables import Plate

LAB_LOCKS = 7_301_004


def lock_lab(connection: Connection, lab: str) -> None:
    """One layout at a time in a lab: two technicians who fill plates at once must not take the same tubes."""
    connection.execute(select(func.pg_advisory_xact_lock(LAB_LOCKS, func.hashtext(lab))))


def plate(connection: Connection, barcode: str) -> AnyRow | None:
    """One plate."""
    return connection.execute(select(Plate.__table__).where(Plate.barcode == barcode)).one_or_none()


def previous_wells(connection: Connection, lab: str) -> dict[str, dict[str, str]] | None:
    """The map of the plate that was laid out last in a lab."""
    query = select(Plate.wells).where(Plate.lab == lab).order_by(Plate.laid_at.desc(), Plate.barcode.desc()).limit(1)
    return connection.execute(query).scalar_one_or_none()


def waiting(connection: Connection, lab: str, pool_max: int, limit: int) -> list[str]:
    """Tubes that wait in a lab, most urgent first: recollections of cases, then by age in hours, then by the site's priority."""
    query = (
        select(Tube.barcode)
        .outerjoin(SiteRow, SiteRow.code == Tube.site)
        .where(Tube.lab == lab, Tube.bench_state == "waiting", func.coalesce(Tube.pool_size, 1) <= pool_max)
        .order_by(
            Tube.retest_of.is_(None),
            func.date_trunc("hour", Tube.received_at),
            func.coalesce(SiteRow.priority, 5),
            Tube.received_at,
            Tube.barcode,
        )
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def tubes_for_update(connection: Connection, codes: Collection[str]) -> dict[str, AnyRow]:
    """Tubes by barcode, locked in the order of their barcodes."""
    query = select(Tube.barcode, Tube.lab, Tube.bench_state, Tube.plate, Tube.kind, Tube.pool_size, Tube.pool, Tube.collected_on)
    rows = connection.execute(query.where(Tube.barcode.in_(codes)).order_by(Tube.barcode).with_for_update())
    return {row.barcode: row for row in rows}


def laid_out(connection: Connection, lab: str | None, limit: int = 50) -> Sequence[AnyRow]:
    """The newest plates of a lab (or of all)."""
    query = select(Plate.__table__).order_by(Plate.laid_at.desc()).limit(limit)
    return connection.execute(query.where(Plate.lab == lab) if lab else query).all()


def waiting_by_size(connection: Connection, lab: str) -> Sequence[AnyRow]:
    """What waits in a lab, by pool size (null where nobody has registered the tube): how many tubes, how many recollections, since when."""
    query = (
        select(
            Tube.pool_size,
            func.count().label("tubes"),
            func.count(Tube.retest_of).label("recollections"),
            func.min(Tube.received_at).label("oldest"),
        )
        .where(Tube.lab == lab, Tube.bench_state == "waiting")
        .group_by(Tube.pool_size)
        .order_by(Tube.pool_size)
    )
    return connection.execute(query).all()
