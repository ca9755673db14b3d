"""Routes of labels."""

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Request

from lims.catalog import queries as catalog
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_site
from lims.kernel.db import Access, AnyRow
from lims.kernel.errors import Refused
from lims.sampling.labels import actions, queries, templates
from lims.sampling.labels.forms import PreviewAnswer, PreviewForm, PreviewLabel, RangeAnswer, ReserveForm
from lims.sampling.labels.reading import read_back
from lims.sampling.labels.rules import LabelFacts
from lims.sampling.labels.stock import Template
from lims.web.address import public_address

router = APIRouter(prefix="/sampling/api", tags=["labels"])
# What stands on a receipt that is only looked at: nobody's code.
EXAMPLE = "ABCD2345"
Labeller = Annotated[Work, allow(Role.SAMPLER, Role.ADMIN, using=Access.FIELD)]


@router.post("/label-ranges", status_code=201)
def reserve(form: ReserveForm, work: Labeller) -> RangeAnswer:
    """Reserve codes for a site: never the same code twice, whatever happens."""
    own_site(work.caller, catalog.current(work.connection).site(form.site).code, f"Site {form.site}")
    row = actions.reserve(work.connection, form.site, form.count, work.caller.name, work.now, form.kind)
    first, last = (barcodes.own_code(form.kind, serial) for serial in (row.first_serial, row.last_serial))
    return RangeAnswer(id=row.id, first=first, last=last, count=form.count)


@router.post("/label-preview")
def preview(form: PreviewForm, request: Request, work: Labeller) -> PreviewAnswer:
    """Labels of a range as they would be printed, each read by an independent reader. Prints and keeps nothing.

    An admin may try a stock that is in no folder yet: `source` is the text of its file.
    """
    row = queries.range_by_id(work.connection, form.range)
    own_site(work.caller, row.site if row else "", "This label range")
    if row is None:
        raise Refused("not_found", "{what} is not known at this site.", what="This label range")
    if form.source is not None and not work.caller.has(Role.ADMIN):
        raise Refused("role_missing", "Only an admin tries a label stock that is not installed.")
    template = templates.load(form.template, work.program.settings.label_templates) if form.source is None else tried(form.source)
    site = catalog.current(work.connection).site(row.site)
    facts = LabelFacts(
        site=site.code, site_name=site.name, text=form.text, reprint=form.reprint, language=form.language, lookup=EXAMPLE,
        lookup_url=f"{public_address(request)}/sampling/result/{EXAMPLE}", day=clock.local_day(work.now, site.timezone).isoformat(),
    )  # fmt: skip
    dpi = form.dpi if form.dpi in template.resolutions else None
    seen = [read_back(template, code, facts, dpi) for code in samples(row)]
    return PreviewAnswer(
        labels=[PreviewLabel(code=one.code, good=one.good, found=list(one.found), picture=b64encode(one.picture).decode()) for one in seen]
    )


def tried(source: str) -> Template:
    """A stock that is only tried."""
    return templates.parsed("(tried)", source.removeprefix("\ufeff"))


def samples(row: AnyRow) -> list[str]:
    """The first code of a range, one in the middle, and the last."""
    serials = sorted({row.first_serial, (row.first_serial + row.last_serial) // 2, row.last_serial})
    return [barcodes.own_code(barcodes.Kind(row.kind), serial) for serial in serials]
