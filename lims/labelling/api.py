"""Routes of a lab's labels."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from lims.catalog import queries as catalog
from lims.catalog.rules import Lab
from lims.custody.actions import taken_first
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access, AnyRow
from lims.kernel.errors import Refused
from lims.labelling import actions
from lims.labelling.forms import NewLabelsAnswer, NewLabelsForm, Print
from lims.sampling.labels import formats, queries, templates
from lims.sampling.labels.rules import LabelFacts
from lims.testing.morning.lookup import own_tube
from lims.web.language import language_of

router = APIRouter(prefix="/testing/api", tags=["labels"])
Technician = Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]


@router.post("/label-ranges", status_code=201)
def reserve(form: NewLabelsForm, work: Technician) -> NewLabelsAnswer:
    """Reserve codes for tubes, plates or racks of a lab: never the same code twice, whatever happens."""
    own_lab(work.caller, catalog.current(work.connection).lab(form.lab).code, f"Lab {form.lab}")
    if taken_first(work.connection, form.id, "labels.reserve", form.model_dump(), work.caller.name, work.now):
        actions.reserve(work.connection, form, work.caller.name, work.now)
    codes = codes_of(own_range(work, form.id)[0])
    return NewLabelsAnswer(id=form.id, lab=form.lab, kind=form.kind, first=codes[0], last=codes[-1], count=len(codes))


@router.get("/label-ranges/{range_id}/labels")
def labels(request: Request, range_id: UUID, work: Technician, how: Annotated[Print, Query()]) -> Response:
    """Print reserved codes to a file: exactly these labels, or an error. Again only with a reason, and marked."""
    row, lab = own_range(work, range_id)
    actions.note_print(work.connection, row, how.reprint_reason, work.caller.name, work.now)
    return file_of(request, work, lab, codes_of(row), how, reprint=row.prints > 0)


@router.get("/tubes/{barcode}/label")
def label(request: Request, barcode: str, work: Technician, how: Annotated[Print, Query()]) -> Response:
    """Print a label with the code that a tube of this lab has already; it is marked, and stands in the life of the tube."""
    known = catalog.current(work.connection)
    tube = own_tube(work, barcodes.check(barcodes.normalise(barcode), Kind.TUBE, known.formats))
    if tube.received_at is None:
        raise Refused("tube_not_here", "Tube {tube} has not come to this lab. Scan its box on Receive, then the tube.", tube=tube.barcode)
    actions.note_copy(work.connection, tube, work.caller.name, work.now)
    return file_of(request, work, known.lab(tube.lab), [tube.barcode], how, reprint=True)


def own_range(work: Work, range_id: UUID) -> tuple[AnyRow, Lab]:
    """Codes of the caller's lab, locked; Refused as not found where they are another's, or of a site."""
    row = queries.range_for_update(work.connection, range_id)
    what = "This label range"
    if row is None or not row.site.startswith(actions.LAB):
        raise Refused("not_found", "{what} is not known in this lab.", what=what)
    code = row.site.removeprefix(actions.LAB)
    own_lab(work.caller, code, what)
    return row, catalog.current(work.connection).lab(code)


def codes_of(row: AnyRow) -> list[str]:
    """The codes of a range."""
    return [barcodes.own_code(Kind(row.kind), serial) for serial in range(row.first_serial, row.last_serial + 1)]


def file_of(request: Request, work: Work, lab: Lab, codes: list[str], how: Print, *, reprint: bool) -> Response:
    """These labels as a file."""
    facts = LabelFacts(site=lab.code, site_name=lab.name, reprint=reprint, language="zh" if language_of(request) == "zh" else "en")
    template = templates.load(how.template, work.program.settings.label_templates)
    content = formats.render(template, codes, facts, how.format)
    name = f"labels-{codes[0]}.{how.format.removeprefix('.').lower()}"
    media_type = formats.format_named(how.format).media_type
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
