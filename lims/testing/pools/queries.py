"""Reading what may be pooled, and what was."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, func, select

from lims.catalog.tables import SiteRow
from lims.custody.tables import Tube
from lims.kernel.db import AnyRow
from lims.testing.layout.queries import URGENCY
from lims.testing.storage.tables import Rack, StoredTube

MOST_WAITING = 5000
LYING = (StoredTube.rack, StoredTube.position, Rack.place)


def candidates(connection: Connection, codes: Collection[str]) -> dict[str, AnyRow]:
    """Tubes by barcode, with whatever decides whether they may be pooled, and where they lie."""
    own = (
        select(
            Tube.barcode, Tube.lab, Tube.kind, Tube.bench_state, Tube.pool, Tube.plate, Tube.site, Tube.collected_on,
            Tube.released_at, Tube.released_call, Tube.rejected_at, Tube.discarded_at, Tube.repeat_reason, *LYING,
        )
        .outerjoin(StoredTube, StoredTube.barcode == Tube.barcode)
        .outerjoin(Rack, Rack.barcode == StoredTube.rack)
        .where(Tube.barcode.in_(codes))
        .cte("own")
    )  # fmt: skip
    mixed = select(Tube.barcode, Tube.received_at).where(Tube.barcode.in_(select(own.c.pool))).subquery("mixed")
    query = select(own, mixed.c.received_at.label("pooled_at")).outerjoin(mixed, mixed.c.barcode == own.c.pool)
    return {row.barcode: row for row in connection.execute(query)}


def waiting_singles(connection: Connection, lab: str) -> Sequence[AnyRow]:
    """Single tubes that wait in a lab for the first time and answer no case, the oldest first, with where they lie.

    Recollected people are tested by themselves (domain rules 2.6), and so is what is repeated or was in a pool.
    """
    query = (
        select(*URGENCY, Tube.collected_on, *LYING)
        .outerjoin(SiteRow, SiteRow.code == Tube.site)
        .outerjoin(StoredTube, StoredTube.barcode == Tube.barcode)
        .outerjoin(Rack, Rack.barcode == StoredTube.rack)
        .where(Tube.lab == lab, Tube.bench_state == "waiting", Tube.kind == "single", Tube.retest_of.is_(None), Tube.pool.is_(None))
        .where(Tube.batch.is_(None), Tube.repeat_reason.is_(None))
        .order_by(Tube.received_at, Tube.barcode)
        .limit(MOST_WAITING)
    )
    return connection.execute(query).all()


def pools(connection: Connection, codes: Collection[str]) -> Sequence[AnyRow]:
    """The aliquot pools among these codes."""
    columns = (Tube.barcode, Tube.lab, Tube.received_at, Tube.bench_state, Tube.released_call, Tube.plate, Tube.member_count, Tube.batch)
    return connection.execute(select(*columns).where(Tube.barcode.in_(codes), Tube.kind == "aliquot_pool").order_by(Tube.barcode)).all()


def pools_of_lab(connection: Connection, lab: str, limit: int = 30) -> Sequence[AnyRow]:
    """The newest aliquot pools of a lab."""
    query = select(Tube.barcode, Tube.received_at, Tube.bench_state, Tube.released_call, Tube.member_count)
    query = query.where(Tube.lab == lab, Tube.kind == "aliquot_pool")
    return connection.execute(query.order_by(Tube.received_at.desc(), Tube.barcode.desc()).limit(limit)).all()


def members(connection: Connection, codes: Collection[str]) -> Sequence[AnyRow]:
    """The member tubes of these pools and sub-pools (`pool`: in which of them), with how they stand and where they lie."""
    mixed = select(Tube.barcode.label("pool"), func.unnest(Tube.mixed_of).label("barcode")).where(Tube.barcode.in_(codes))
    first = select(Tube.pool, Tube.barcode).where(Tube.pool.in_(codes))
    held = first.union_all(mixed).subquery()
    query = (
        select(Tube.barcode, held.c.pool, Tube.bench_state, Tube.released_call, *LYING)
        .join(held, held.c.barcode == Tube.barcode)
        .outerjoin(StoredTube, StoredTube.barcode == Tube.barcode)
        .outerjoin(Rack, Rack.barcode == StoredTube.rack)
    )
    return connection.execute(query.order_by(Tube.barcode)).all()
