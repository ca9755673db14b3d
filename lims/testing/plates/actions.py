"""Laying out plates, and mixing aliquot pools."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Text, insert, update

from lims.catalog.rules import Assay, Catalog
from lims.custody.rules import BenchEvent, BenchState, Kind, advance
from lims.custody.tables import Tube
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited
from lims.kernel.db import AnyRow, records
from lims.kernel.errors import Refused, listed
from lims.testing.plates import queries, rules
from lims.testing.plates.forms import PlateForm, PoolForm
from lims.testing.plates.tables import Plate


@audited("plate.laid_out", "tube.plated")
def lay_out(connection: Connection, catalog: Catalog, form: PlateForm, barcode: str, at: datetime, by: str, now: datetime) -> None:
    """Put waiting tubes on a plate, beside the controls that the assay asks for."""
    assay = catalog.assay(form.assay)
    queries.lock_lab(connection, form.lab)
    if queries.plate(connection, barcode) is not None:
        raise Refused("plate_exists", "Plate {plate} is laid out already; take a new plate.", plate=barcode)
    wells = wells_for(connection, catalog, assay, form, barcode)
    placed = {what["tube"]: well for well, what in wells.items() if "tube" in what}
    refuse_unready(form.lab, assay, queries.tubes_for_update(connection, list(placed)), list(placed))
    row = insert(Plate).values(
        barcode=barcode, lab=form.lab, assay=assay.code, assay_version=assay.version, wells=wells, laid_at=at, laid_by=by
    )
    connection.execute(row)
    source = records(({"barcode": tube, "well": well} for tube, well in placed.items()), barcode=Text(), well=Text())
    moved = update(Tube).where(Tube.barcode == source.c.barcode)
    connection.execute(moved.values(bench_state=BenchState.PLATED.value, plate=barcode, well=source.c.well, run=None, call=None))
    happenings = [Happening(tube, "tube.plated", at, {"plate": barcode, "well": well}) for tube, well in placed.items()]
    record(connection, by, now, [Happening(barcode, "plate.laid_out", at, {"lab": form.lab, "tubes": len(placed)}), *happenings])


def wells_for(connection: Connection, catalog: Catalog, assay: Assay, form: PlateForm, barcode: str) -> rules.Wells:
    """The map that is asked for: given, or made of what waits."""
    if form.layout != "auto":
        return rules.given(assay, form.layout, catalog.formats)
    tubes = queries.waiting(connection, form.lab, assay.pool_max, rules.room_for_tubes(assay))
    if not tubes:
        raise Refused("nothing_waits", "No tube waits in lab {lab} for assay {assay}.", lab=form.lab, assay=assay.code)
    return rules.lay_out(assay, barcode, tubes, queries.previous_wells(connection, form.lab))


def refuse_unready(lab: str, assay: Assay, known: Mapping[str, AnyRow], tubes: Sequence[str]) -> None:
    """Refused naming the tubes that are not here, not waiting, or hold more people than the assay is valid for."""
    if strange := [code for code in tubes if code not in known or known[code].lab != lab]:
        raise Refused("plate_tube_unknown", "Not received in lab {lab}: {tubes}.", lab=lab, tubes=listed(strange))
    for code in tubes:
        advance(BenchState(known[code].bench_state), BenchEvent.PLACE, code)
    if large := [code for code in tubes if (known[code].pool_size or 1) > assay.pool_max]:
        raise Refused(
            "plate_pool_too_large", "Assay {assay} is valid for pools up to {most}: {tubes}.",
            assay=assay.code, most=assay.pool_max, tubes=listed(large),
        )  # fmt: skip


@audited("tube.pooled", "pool.made")
def make_pool(connection: Connection, form: PoolForm, barcode: str, members: Sequence[str], at: datetime, by: str, now: datetime) -> None:
    """Mix liquid of waiting single tubes into one aliquot pool, which is tested in their place; never a pool of a pool."""
    if twice := [code for code, count in Counter(members).items() if count > 1]:
        raise Refused("pool_member_twice", "A tube goes into a pool once; twice here: {tubes}.", tubes=listed(twice))
    known = queries.tubes_for_update(connection, [barcode, *members])
    if barcode in known:
        raise Refused("pool_exists", "{pool} is in use already; take a new tube.", pool=barcode)
    if strange := [code for code in members if code not in known or known[code].lab != form.lab]:
        raise Refused("plate_tube_unknown", "Not received in lab {lab}: {tubes}.", lab=form.lab, tubes=listed(strange))
    if pools := [code for code in members if known[code].kind != Kind.SINGLE]:
        raise Refused("pool_of_pools", "Only single tubes go into an aliquot pool; not single: {tubes}.", tubes=listed(pools))
    for code in members:
        advance(BenchState(known[code].bench_state), BenchEvent.POOL, code)
        if known[code].pool is not None:
            # Its first pool's case counts on this tube's own test, and another pool would take the tube out of that case.
            raise Refused("pooled_before", "Tube {tube} was in pool {pool} before; test it by itself.", tube=code, pool=known[code].pool)
    made = insert(Tube).values(
        barcode=barcode, record_id=form.id, revision=1, registered_at=now, kind=Kind.ALIQUOT_POOL.value, pool_size=len(members),
        member_count=len(members), lab=form.lab, received_at=at, bench_state=BenchState.WAITING.value,
    )  # fmt: skip
    connection.execute(made)
    connection.execute(update(Tube).where(Tube.barcode.in_(members)).values(bench_state=BenchState.POOLED.value, pool=barcode))
    happenings = [Happening(code, "tube.pooled", at, {"pool": barcode}) for code in members]
    record(connection, by, now, [Happening(barcode, "pool.made", at, {"lab": form.lab, "members": list(members)}), *happenings])
