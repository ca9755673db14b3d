"""Routes of labels."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from lims.catalog import queries as catalog
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_site
from lims.kernel.db import Access
from lims.sampling.labels import actions, formats, templates
from lims.sampling.labels.forms import RangeAnswer, ReserveForm
from lims.sampling.labels.rules import LabelFacts

router = APIRouter(prefix="/sampling/api", tags=["labels"])
Labeller = Annotated[Work, allow(Role.SAMPLER, Role.ADMIN, using=Access.FIELD)]


@router.post("/label-ranges", status_code=201)
def reserve(form: ReserveForm, work: Labeller) -> RangeAnswer:
    """Reserve codes for a site: never the same code twice, whatever happens."""
    own_site(work.caller, catalog.current(work.connection).site(form.site).code, f"Site {form.site}")
    row = actions.reserve(work.connection, form.site, form.count, work.caller.name, work.now)
    first, last = (barcodes.own_code(barcodes.Kind.TUBE, serial) for serial in (row.first_serial, row.last_serial))
    return RangeAnswer(id=row.id, first=first, last=last, count=form.count)


@router.get("/label-ranges/{range_id}/labels")
def labels(
    range_id: UUID,
    work: Labeller,
    template: str = "tube_35x30",
    format: str = "pdf",  # noqa: A002 - the contract's name
    reprint_reason: str | None = None,
) -> Response:
    """Print a range: exactly its labels or an error. A second print needs a reason, and is marked on the labels."""
    row = actions.range_for_print(work.connection, range_id)
    own_site(work.caller, row.site, "This label range")
    site = catalog.current(work.connection).site(row.site)
    again = actions.note_print(work.connection, row, reprint_reason, work.caller.name, work.now)
    chosen = formats.format_named(format)
    stock = templates.load(template, work.program.settings.label_templates)
    facts = LabelFacts(site=site.code, site_name=site.name, text="", reprint=again)
    content = formats.render(stock, actions.codes_of(row.first_serial, row.last_serial), facts, format)
    name = f"labels-{row.site}-{row.first_serial}.{format.removeprefix('.').lower()}"
    return Response(content, media_type=chosen.media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
