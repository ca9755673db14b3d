"""Reading racks and positions."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from lims.custody.tables import Tube
from lims.kernel.db import AnyRow
from lims.kernel.locking import locked
from lims.testing.storage.tables import Rack, RackPosition, StoredTube

# When a tube has come to its end: from here on it is only kept.
ENDED_AT = func.coalesce(Tube.amended_at, Tube.released_at, Tube.rejected_at)


def rack(connection: Connection, barcode: str) -> AnyRow | None:
    """One rack."""
    return connection.execute(select(Rack.__table__).where(Rack.barcode == barcode)).one_or_none()


def lock_rack(connection: Connection, barcode: str) -> None:
    """One change of a rack at a time; of what may have left it meanwhile the transaction then reads the truth."""
    connection.execute(select(Rack.barcode).where(Rack.barcode == barcode).with_for_update(key_share=True))


def racks_of_lab(connection: Connection, lab: str) -> Sequence[AnyRow]:
    """The racks of a lab by place, with how many tubes lie in each."""
    query = select(Rack.__table__, func.count(RackPosition.tube).label("tubes")).outerjoin(RackPosition, RackPosition.rack == Rack.barcode)
    return connection.execute(query.where(Rack.lab == lab).group_by(Rack.barcode).order_by(Rack.place, Rack.barcode)).all()


def ended(negative: datetime, other: datetime, rejected: datetime) -> ColumnElement[bool]:
    """Released negative before the first moment, otherwise before the second, or rejected before the third."""
    since = ENDED_AT
    return or_(
        and_(Tube.released_call == "negative", since <= negative),
        and_(Tube.released_call != "negative", since <= other),
        Tube.rejected_at <= rejected,
    )


def racks_over_time(connection: Connection, lab: str, moments: tuple[datetime, datetime, datetime]) -> Sequence[AnyRow]:
    """The racks of a lab with tubes that ended before these moments (`ended`), by place: how many of how many."""
    old = func.count().filter(and_(Tube.discarded_at.is_(None), ended(*moments)))
    query = (
        select(Rack.barcode, Rack.place, old.label("old"), func.count().label("tubes"))
        .join(StoredTube, StoredTube.rack == Rack.barcode)
        .join(Tube, Tube.barcode == StoredTube.barcode)
        .where(Rack.lab == lab)
    )
    return connection.execute(query.group_by(Rack.barcode).having(old > 0).order_by(Rack.place, Rack.barcode)).all()


def room_in_racks(connection: Connection, lab: str) -> AnyRow:
    """How many racks a lab has, their positions, and how many of those are taken."""
    mine = select(Rack.barcode).where(Rack.lab == lab)
    taken = select(func.count()).where(RackPosition.rack.in_(mine.correlate(None))).scalar_subquery()
    size = func.coalesce(func.sum(Rack.rows * Rack.columns), 0)
    query = select(func.count().label("racks"), size.label("positions"), taken.label("taken"))
    return connection.execute(query.where(Rack.lab == lab)).one()


def contents(connection: Connection, barcode: str) -> dict[str, str]:
    """What lies in a rack, tube by position."""
    query = select(RackPosition.position, RackPosition.tube).where(RackPosition.rack == barcode)
    return {row.position: row.tube for row in connection.execute(query)}


def racks_for_update(connection: Connection, barcodes: Collection[str]) -> dict[str, AnyRow]:
    """Racks by barcode, each locked as `lock_rack` does, in the order of their barcodes."""
    query = select(Rack.__table__).where(Rack.barcode.in_(barcodes)).order_by(Rack.barcode)
    return {row.barcode: row for row in connection.execute(query.with_for_update(key_share=True))}


def contents_of(connection: Connection, racks: Collection[str]) -> dict[tuple[str, str], str]:
    """What lies in these racks, tube by rack and position."""
    query = select(RackPosition.rack, RackPosition.position, RackPosition.tube).where(RackPosition.rack.in_(racks))
    return {(row.rack, row.position): row.tube for row in connection.execute(query)}


def states_in(connection: Connection, tubes: Collection[str]) -> dict[str, AnyRow]:
    """How these tubes stand at the bench."""
    columns = (Tube.barcode, Tube.lab, Tube.bench_state, Tube.released_call, Tube.discarded_at)
    return {row.barcode: row for row in connection.execute(select(*columns).where(Tube.barcode.in_(tubes)))}


def places_of(connection: Connection, tubes: Collection[str]) -> dict[str, AnyRow]:
    """Where these tubes lie: rack, position, place, how cold; what lies nowhere is left out."""
    query = select(StoredTube.barcode, StoredTube.rack, StoredTube.position, StoredTube.stored_at, Rack.place, Rack.kept, Rack.lab)
    rows = connection.execute(query.join(Rack, Rack.barcode == StoredTube.rack).where(StoredTube.barcode.in_(tubes)))
    return {row.barcode: row for row in rows}


def tubes_for_update(connection: Connection, codes: Collection[str]) -> dict[str, AnyRow]:
    """Tubes by barcode, locked in the order of their barcodes."""
    query = select(Tube.barcode, Tube.lab, Tube.bench_state, Tube.discarded_at).where(Tube.barcode.in_(codes))
    return {row.barcode: row for row in locked(connection, query.order_by(Tube.barcode))}
