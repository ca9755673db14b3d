"""Routes of labels."""

from typing import Annotated

from fastapi import APIRouter

from lims.catalog import queries as catalog
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_site
from lims.kernel.db import Access
from lims.sampling.labels import actions
from lims.sampling.labels.forms import RangeAnswer, ReserveForm

router = APIRouter(prefix="/sampling/api", tags=["labels"])
Labeller = Annotated[Work, allow(Role.SAMPLER, Role.ADMIN, using=Access.FIELD)]


@router.post("/label-ranges", status_code=201)
def reserve(form: ReserveForm, work: Labeller) -> RangeAnswer:
    """Reserve codes for a site: never the same code twice, whatever happens."""
    own_site(work.caller, catalog.current(work.connection).site(form.site).code, f"Site {form.site}")
    row = actions.reserve(work.connection, form.site, form.count, work.caller.name, work.now, form.kind)
    first, last = (barcodes.own_code(form.kind, serial) for serial in (row.first_serial, row.last_serial))
    return RangeAnswer(id=row.id, first=first, last=last, count=form.count)
