"""Laying out plates."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Text, insert, update

from lims.catalog.rules import Assay, Catalog
from lims.custody.rules import BenchState
from lims.custody.tables import Tube
from lims.kernel import barcodes, clock
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited
from lims.kernel.db import AnyRow, records
from lims.kernel.errors import Refused
from lims.testing.extraction import queries as extraction
from lims.testing.extraction.rules import refuse_failed
from lims.testing.layout import queries as layout
from lims.testing.layout.queue import most_urgent
from lims.testing.layout.rules import Wells, given, lay_out_manually, refuse_missing_controls, refuse_unready, room_for_tubes, tubes_of
from lims.testing.layout.rules import lay_out as laid_out_around_controls
from lims.testing.lots import queries as lots
from lims.testing.lots.rules import OF_PLATE, bound
from lims.testing.plates import queries, rules
from lims.testing.plates.forms import PlateForm
from lims.testing.plates.tables import Plate


@audited("plate.laid_out", "tube.plated")
def lay_out(connection: Connection, catalog: Catalog, form: PlateForm, barcode: str, at: datetime, by: str, now: datetime) -> None:
    """Put waiting tubes on a plate, beside the controls that the assay asks for."""
    assay = catalog.assay(form.assay)
    layout.lock_lab(connection, form.lab)
    refuse_taken(connection, barcode)
    wells = wells_for(connection, catalog, assay, form, barcode, at)
    tubes = tubes_of(wells)
    known = layout.tubes_for_update(connection, tubes)
    refuse_unready(catalog.lab(form.lab), assay, known, tubes)
    rules.refuse_dependent(catalog, assay, known, tubes)
    wells = with_batches(connection, wells, known)
    day = clock.local_day(at, catalog.lab(form.lab).timezone)
    used = bound(lots.known(connection, form.lab), form.lots, OF_PLATE, assay.code, day)
    row = insert(Plate).values(
        barcode=barcode, lab=form.lab, assay=assay.code, assay_version=assay.version, wells=wells,
        batches=rules.batches_on(wells), lots=used, laid_at=at, laid_by=by,
    )  # fmt: skip
    connection.execute(row)
    placed = {what["tube"]: well for well, what in wells.items() if "tube" in what}
    place(connection, barcode, placed)
    happenings = [Happening(tube, "tube.plated", at, {"plate": barcode, "well": well}) for tube, well in placed.items()]
    record(connection, by, now, [Happening(barcode, "plate.laid_out", at, {"lab": form.lab, "tubes": len(placed)}), *happenings])


def refuse_taken(connection: Connection, barcode: str) -> None:
    """Refused where this is a plate already, or the deep-well plate of a batch."""
    if queries.plate(connection, barcode) is not None:
        raise Refused("plate_exists", "Plate {plate} is laid out already; take a new plate.", plate=barcode)
    if extraction.batches(connection, [barcode]):
        raise Refused("plate_exists", "{plate} is the deep-well plate of an extraction batch; take a new plate.", plate=barcode)


def place(connection: Connection, plate: str, placed: dict[str, str]) -> None:
    """Tell tubes in which wells of a plate they stand; what was called of them before is no longer their call."""
    source = records(({"barcode": tube, "well": well} for tube, well in placed.items()), barcode=Text(), well=Text())
    moved = update(Tube).where(Tube.barcode == source.c.barcode)
    connection.execute(moved.values(bench_state=BenchState.PLATED.value, plate=plate, well=source.c.well, run=None, call=None))


def wells_for(connection: Connection, catalog: Catalog, assay: Assay, form: PlateForm, barcode: str, at: datetime) -> Wells:
    """The map that is asked for: given, of extraction batches, or made of what waits."""
    if isinstance(form.layout, dict):
        wells = given(assay.plate, form.layout, catalog.formats)
        refuse_missing_controls(assay, wells.values())
        return wells
    before = queries.previous_wells(connection, form.lab)
    if form.layout == "manual":
        return lay_out_manually(assay, barcode, before)
    independent = rules.independent_of(catalog, assay)
    if isinstance(form.batches, list) and form.batches:
        codes = [barcodes.check(barcodes.normalise(code), barcodes.Kind.PLATE, catalog.formats) for code in form.batches]
        return wells_of_batches(connection, assay, form.lab, barcode, codes, independent)
    extracted, room = form.batches == "eluates", room_for_tubes(assay)
    waiting = most_urgent(connection, catalog, form.lab, assay.pool_max, room, at, independent=independent, extracted=extracted)
    failed = set(extraction.why_failed(connection, {row.batch for row in waiting})) if extracted else set()
    tubes = [row.barcode for row in waiting if row.batch not in failed]
    if not tubes:
        raise Refused("nothing_waits", "No tube waits in lab {lab} for assay {assay}.", lab=form.lab, assay=assay.code)
    return laid_out_around_controls(assay, barcode, tubes, before)


def wells_of_batches(connection: Connection, assay: Assay, lab: str, plate: str, codes: Sequence[str], independent: Sequence[str]) -> Wells:
    """A plate filled from these batches: what of their eluates waits, and the assay is valid for."""
    codes = list(dict.fromkeys(codes))
    known = extraction.batches(connection, codes)
    if strange := [code for code in codes if code not in known or known[code].lab != lab]:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Batch {strange[0]}")
    refuse_failed(extraction.why_failed(connection, codes))
    wanted = {
        row.barcode
        for row in layout.still_in(connection, codes).values()
        if row.bench_state == BenchState.WAITING
        and (row.pool_size or 1) <= assay.pool_max
        and (row.repeat_reason != "verification" or row.repeat_assay in independent)
    }
    return rules.from_batches(assay, plate, [(code, known[code].wells) for code in codes], wanted)


def with_batches(connection: Connection, wells: Wells, known: dict[str, AnyRow]) -> Wells:
    """The map with each extracted tube's batch; Refused where a batch is invalid."""
    marked = {
        well: what | {"batch": known[what["tube"]].batch} if "tube" in what and known[what["tube"]].batch else what
        for well, what in wells.items()
    }
    codes = {what["batch"] for what in marked.values() if "batch" in what}
    extraction.lock_batches(connection, codes)
    refuse_failed(extraction.why_failed(connection, codes))
    return marked


@audited("plate.rearranged", "tube.plated")
def move(connection: Connection, catalog: Catalog, plate: AnyRow, tube: str, target: str, at: datetime, by: str, now: datetime) -> None:
    """Put a tube into a well of a plate that nobody has run: out of another well, or a waiting one into a free well."""
    assay, before = catalog.assay(plate.assay, plate.assay_version), rules.well_of(plate.wells, tube)
    known = layout.tubes_for_update(connection, sorted({*tubes_of(plate.wells), tube}))
    content = {"tube": tube}
    if before is None:
        refuse_unready(catalog.lab(plate.lab), assay, known, [tube])
        rules.refuse_dependent(catalog, assay, known, [tube])
        content = with_batches(connection, {"": content}, known)[""]
    wells = rules.moved(assay.plate, plate.wells, content, target)
    connection.execute(update(Plate).where(Plate.barcode == plate.barcode).values(wells=wells, batches=rules.batches_on(wells)))
    # A tube that was rejected or sent back meanwhile keeps its state, whatever the map says of it.
    here = {code for code, row in known.items() if row.plate == plate.barcode and row.bench_state == BenchState.PLATED} | {tube}
    changed = {what["tube"]: well for well, what in wells.items() if what.get("tube") in here and plate.wells.get(well) != what}
    place(connection, plate.barcode, changed)
    happenings = [Happening(code, "tube.plated", at, {"plate": plate.barcode, "well": well}) for code, well in changed.items()]
    what = {"tube": tube, "well": rules.well_of(wells, tube), "from": before}
    record(connection, by, now, [Happening(plate.barcode, "plate.rearranged", at, what), *happenings])
