"""Routes of racks and positions."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab
from lims.kernel.db import Access
from lims.kernel.imports.actions import Came, note
from lims.kernel.imports.files import MOST_BYTES, rows_of
from lims.kernel.imports.rules import Kind
from lims.testing.storage import actions, lookup, queries
from lims.testing.storage.forms import (
    ImportedRow,
    PositionsAnswer,
    PutAwayForm,
    RackAnswer,
    RackForm,
    RackPlaceForm,
    TakenOut,
    TakeOutForm,
    Whereabouts,
)
from lims.web.language import language_of
from lims.web.speech import told

router = APIRouter(prefix="/testing/api", tags=["storage"])
Technician = Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]


@router.post("/racks")
def add_rack(form: RackForm, work: Technician) -> RackAnswer:
    """Use a rack from now on; its code is one of a place."""
    known = catalog.current(work.connection)
    own_lab(work.caller, known.lab(form.lab).code, f"Lab {form.lab}")
    barcode = barcodes.check(barcodes.normalise(form.barcode), barcodes.Kind.PLACE, known.formats)
    at = clock.happened(form.at, work.now)
    if taken_first(work.connection, form.id, "rack.add", form.model_dump(), work.caller.name, work.now):
        actions.add_rack(work.connection, form, barcode, at, work.caller.name, work.now)
    return lookup.rack_answer(work, lookup.own_rack(work, barcode))


@router.post("/racks/import")
def import_positions(
    request: Request, work: Technician, file: Annotated[UploadFile, File()], lab: Annotated[str, Form()]
) -> PositionsAnswer:
    """Take a file of where tubes lie (rack, position, tube), as rack readers write it; again, everything is known."""
    known = catalog.current(work.connection)
    own_lab(work.caller, known.lab(lab).code, f"Lab {lab}")
    came = Came(Kind.RACKS, lab, file.filename or "", work.caller.name)
    rows = rows_of(file.file.read(MOST_BYTES + 1))
    report = actions.import_positions(work.connection, known, lab, rows, work.now, work.caller.name, work.now)
    lines = [ImportedRow(line=one.line, code=one.why.code, reason=told(one.why, language_of(request))) for one in report.refused]
    kept = note(work.connection, came, report, work.now)
    return PositionsAnswer(report=kept, accepted=report.accepted, known=report.known, refused=len(lines), lines=lines)


@router.get("/racks/{barcode}")
def rack(barcode: str, work: Technician) -> RackAnswer:
    """A rack, and what lies in it."""
    return lookup.rack_answer(work, lookup.own_rack(work, barcodes.normalise(barcode)))


@router.post("/racks/{barcode}/place")
def move_rack(barcode: str, form: RackPlaceForm, work: Technician) -> RackAnswer:
    """Say that a rack stands elsewhere."""
    code = barcodes.normalise(barcode)
    row, at = lookup.own_rack(work, code), clock.happened(form.at, work.now)
    if taken_first(work.connection, form.id, "rack.move", form.model_dump() | {"rack": code}, work.caller.name, work.now):
        actions.move_rack(work.connection, row, form, at, work.caller.name, work.now)
    return lookup.rack_answer(work, lookup.own_rack(work, code))


@router.post("/racks/{barcode}/tubes")
def put_away(barcode: str, form: PutAwayForm, work: Technician) -> RackAnswer:
    """Put tubes into a rack, wherever they lay before."""
    known, code = catalog.current(work.connection), barcodes.normalise(barcode)
    row, at = lookup.own_rack(work, code), clock.happened(form.at, work.now)
    tubes = [barcodes.check(barcodes.normalise(tube), barcodes.Kind.TUBE, known.formats) for tube in form.tubes]
    if taken_first(work.connection, form.id, "tube.store", form.model_dump() | {"rack": code}, work.caller.name, work.now):
        placed = actions.put_away(work.connection, known, row, tubes, form.position, at, work.caller.name, work.now)
    else:
        places = queries.places_of(work.connection, tubes)
        placed = {tube: places[tube].position for tube in tubes if tube in places and places[tube].rack == code}
    return lookup.rack_answer(work, row, placed)


@router.post("/stored/take-out")
def take_out(form: TakeOutForm, work: Technician) -> TakenOut:
    """Take tubes out of their racks."""
    lab = catalog.current(work.connection).lab(form.lab).code
    own_lab(work.caller, lab, f"Lab {lab}")
    tubes = list(dict.fromkeys(barcodes.normalise(tube) for tube in form.tubes))
    at = clock.happened(form.at, work.now)
    if taken_first(work.connection, form.id, "tube.take_out", form.model_dump(), work.caller.name, work.now):
        actions.take_out(work.connection, lab, tubes, at, work.caller.name, work.now)
    return TakenOut(tubes=tubes)


@router.get("/stored/{barcode}")
def whereabouts(barcode: str, work: Technician) -> Whereabouts:
    """Where a tube lies."""
    return lookup.whereabouts(work, barcodes.normalise(barcode))
