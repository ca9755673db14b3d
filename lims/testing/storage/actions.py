"""Setting up racks, putting tubes away and taking them out."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, update

from lims.catalog.rules import Catalog
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused, listed
from lims.kernel.imports.rules import Report
from lims.testing.storage import queries, rack_files, rules
from lims.testing.storage.forms import RackForm, RackPlaceForm
from lims.testing.storage.tables import Rack, RackPosition, StoredTube


@audited("rack.added")
def add_rack(connection: Connection, form: RackForm, barcode: str, at: datetime, by: str, now: datetime) -> None:
    """A rack is used from now on."""
    if queries.rack(connection, barcode) is not None:
        raise Refused("rack_exists", "Rack {rack} is there already.", rack=barcode)
    facts = {"lab": form.lab, "rows": form.rows, "columns": form.columns, "kept": form.kept.value, "place": form.place}
    connection.execute(insert(Rack).values(barcode=barcode, made_at=at, made_by=by, **facts))
    record(connection, by, now, [Happening(barcode, "rack.added", at, facts)])


@audited("rack.moved")
def move_rack(connection: Connection, rack: AnyRow, form: RackPlaceForm, at: datetime, by: str, now: datetime) -> None:
    """A rack stands elsewhere, with everything in it."""
    kept = form.kept.value if form.kept else rack.kept
    connection.execute(update(Rack).where(Rack.barcode == rack.barcode).values(place=form.place, kept=kept))
    what = {"lab": rack.lab, "place": form.place, "kept": kept, "from": rack.place}
    record(connection, by, now, [Happening(rack.barcode, "rack.moved", at, what)])


@audited("tube.stored")
def put_away(
    connection: Connection,
    catalog: Catalog,
    rack: AnyRow,
    tubes: Sequence[str],
    start: str | None,
    at: datetime,
    by: str,
    now: datetime,
) -> dict[str, str]:
    """Tubes lie in a rack, wherever they lay before; the position of each."""
    queries.lock_rack(connection, rack.barcode)
    known = queries.tubes_for_update(connection, tubes)
    if twice := [code for code, count in Counter(tubes).items() if count > 1]:
        raise Refused("stored_twice", "A tube lies in one position; twice here: {tubes}.", tubes=listed(twice))
    if strange := [code for code in tubes if code not in known or known[code].lab != rack.lab]:
        raise Refused("plate_tube_unknown", "Not received in lab {lab}: {tubes}.", lab=rack.lab, tubes=listed(strange))
    rules.refuse_discarded([known[code] for code in tubes], catalog.lab(rack.lab).timezone)
    before = queries.places_of(connection, tubes)
    clear(connection, tubes)
    places = rules.filled(rack, queries.contents(connection, rack.barcode), tubes, start)
    connection.execute(insert(RackPosition), [{"rack": rack.barcode, "position": where, "tube": code} for code, where in places.items()])
    rows = [{"barcode": code, "rack": rack.barcode, "position": where, "stored_at": at, "stored_by": by} for code, where in places.items()]
    connection.execute(insert(StoredTube), rows)
    record(connection, by, now, [Happening(code, "tube.stored", at, told(rack, where, before.get(code))) for code, where in places.items()])
    return places


def told(rack: AnyRow, position: str, before: AnyRow | None) -> dict[str, str]:
    """What the trail keeps of a tube that was put away."""
    came = {"from_rack": before.rack, "from_position": before.position} if before is not None else {}
    return {"rack": rack.barcode, "position": position, "place": rack.place, **came}


@audited("tube.stored")
def import_positions(
    connection: Connection, catalog: Catalog, lab: str, rows: Sequence[tuple[str, ...]], at: datetime, by: str, now: datetime
) -> Report:
    """Take what a file says of where tubes lie, each row for itself: what cannot be is refused with its line, and spoils no other."""
    columns, said = rack_files.table(rows)
    racks = queries.racks_for_update(connection, {row.rack for row in said})
    tubes = {row.tube for row in said}
    known_tubes = queries.tubes_for_update(connection, tubes)
    before, tube_in = queries.places_of(connection, tubes), queries.contents_of(connection, list(racks))
    lying = {tube: (row.rack, row.position) for tube, row in before.items()}
    known = rack_files.Known(catalog.lab(lab), racks, known_tubes, tube_in, lying)
    new, there, refused = rack_files.judged(said, known, catalog.formats)
    if new:
        clear(connection, [row.tube for row in new])
        connection.execute(insert(RackPosition), [{"rack": row.rack, "position": row.position, "tube": row.tube} for row in new])
        stored = [{"barcode": row.tube, "rack": row.rack, "position": row.position, "stored_at": at, "stored_by": by} for row in new]
        connection.execute(insert(StoredTube), stored)
        happenings = [Happening(row.tube, "tube.stored", at, told(racks[row.rack], row.position, before.get(row.tube))) for row in new]
        record(connection, by, now, happenings)
    return Report(len(new), len(there), tuple(refused), columns)


@unaudited("whoever moves or takes tubes out writes their events")
def clear(connection: Connection, tubes: Sequence[str]) -> None:
    """These tubes lie nowhere."""
    left = delete(StoredTube).where(StoredTube.barcode.in_(tubes)).returning(StoredTube.rack, StoredTube.position)
    gone = left.cte("gone")
    here = delete(RackPosition).where(RackPosition.rack == gone.c.rack, RackPosition.position == gone.c.position)
    connection.execute(here.add_cte(gone))


@audited("tube.taken_out")
def take_out(connection: Connection, lab: str, tubes: Sequence[str], at: datetime, by: str, now: datetime) -> None:
    """Tubes are taken out of their racks; their positions are free."""
    queries.tubes_for_update(connection, tubes)
    places = queries.places_of(connection, tubes)
    if nowhere := [code for code in tubes if code not in places or places[code].lab != lab]:
        raise Refused("not_stored", "Not in a rack of lab {lab}: {tubes}.", lab=lab, tubes=listed(nowhere))
    clear(connection, tubes)
    happenings = [Happening(code, "tube.taken_out", at, {"rack": places[code].rack, "position": places[code].position}) for code in tubes]
    record(connection, by, now, happenings)
