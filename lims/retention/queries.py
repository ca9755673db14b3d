"""Reading what is kept, and which cases still need it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from lims.catalog.rules import Catalog
from lims.custody.queries import tubes_above
from lims.custody.tables import Tube
from lims.deconvolution import board
from lims.deconvolution.rules import CaseState
from lims.kernel.db import AnyRow
from lims.testing.storage.queries import ENDED_AT, ended
from lims.testing.storage.tables import Rack, StoredTube

COLUMNS = (
    Tube.barcode, Tube.lab, Tube.kind, Tube.bench_state, Tube.released_call, Tube.discarded_at, ENDED_AT.label("ended_at"),
    StoredTube.rack, StoredTube.position, Rack.place,
)  # fmt: skip
MOST_LISTED = 2000


def kept(connection: Connection, codes: Collection[str]) -> dict[str, AnyRow]:
    """These tubes with how they ended and where they lie."""
    query = select(*COLUMNS).outerjoin(StoredTube, StoredTube.barcode == Tube.barcode).outerjoin(Rack, Rack.barcode == StoredTube.rack)
    return {row.barcode: row for row in connection.execute(query.where(Tube.barcode.in_(codes)))}


def over_time(connection: Connection, lab: str, moments: tuple[datetime, datetime, datetime]) -> Sequence[AnyRow]:
    """Tubes in the racks of a lab that ended before these moments (`ended`), rack by rack; of very many the first `MOST_LISTED`."""
    query = (
        select(*COLUMNS)
        .join(StoredTube, StoredTube.barcode == Tube.barcode)
        .join(Rack, Rack.barcode == StoredTube.rack)
        .where(Rack.lab == lab, Tube.discarded_at.is_(None), ended(*moments))
        .order_by(Rack.place, Rack.barcode, StoredTube.position)
        .limit(MOST_LISTED)
    )
    return connection.execute(query).all()


def discarded(connection: Connection, lab: str, limit: int = 50) -> Sequence[AnyRow]:
    """What was discarded last in a lab."""
    query = select(Tube.barcode, Tube.discarded_at, Tube.released_call, Tube.bench_state)
    query = query.where(Tube.lab == lab, Tube.discarded_at.is_not(None))
    return connection.execute(query.order_by(Tube.discarded_at.desc(), Tube.barcode).limit(limit)).all()


def open_cases(connection: Connection, catalog: Catalog, codes: Collection[str]) -> dict[str, str]:
    """Which of these tubes an open case needs: as its pool, as a member, or as an answer to one of them."""
    belongs = ancestors(connection, codes)
    tops = sorted({top for others in belongs.values() for top in others})
    if not tops:
        return {}
    still = {case.row.barcode for case in board.these(connection, catalog, tops) if case.standing.state is not CaseState.CLOSED}
    return {code: min(others & still) for code, others in belongs.items() if others & still}


def ancestors(connection: Connection, codes: Collection[str]) -> dict[str, set[str]]:
    """Each tube, the pools it went into, the tubes that it answers, and theirs in turn."""
    found: dict[str, set[str]] = defaultdict(set)
    for code, above in connection.execute(select(tubes_above(codes, "retest_of", "pool", "mixed_for"))):
        found[code].add(above)
    return found
