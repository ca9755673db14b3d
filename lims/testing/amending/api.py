"""Routes of amendments."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab
from lims.kernel.db import Access
from lims.kernel.pages import Blank, Page, cursor, parts_of
from lims.testing.amending import actions, lookup, queries
from lims.testing.amending.forms import AmendForm, AmendmentView, ResultView

router = APIRouter(prefix="/testing/api", tags=["amendments"])
Reader = Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, Role.OFFICIAL, using=Access.BENCH)]
Told = Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, Role.OFFICIAL, Role.INTEGRATION, using=Access.BENCH)]


@router.post("/tubes/{barcode}/amend")
def amend(barcode: str, form: AmendForm, work: Annotated[Work, allow(Role.REVIEWER, using=Access.BENCH)]) -> ResultView:
    """Replace a released result that was found wrong by what another run says of the tube."""
    tube = lookup.own_tube(work, barcodes.normalise(barcode)).barcode
    at = clock.happened(form.at, work.now)
    content = form.model_dump() | {"tube": tube, "reviewer": work.caller.name}
    if taken_first(work.connection, form.id, "tube.amend", content, work.caller.name, work.now):
        actions.amend(work.connection, catalog.current(work.connection), tube, form, at, work.caller, work.now)
    return lookup.result(work, tube)


@router.get("/tubes/{barcode}/releases")
def releases(barcode: str, work: Reader) -> ResultView:
    """What was released of a tube, the newest first; superseded ones among them."""
    return lookup.result(work, barcodes.normalise(barcode))


@router.get("/amendments")
def amendments(
    work: Told,
    lab: Annotated[str | None, Blank] = None,
    after: Annotated[str | None, Blank] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[AmendmentView]:
    """Results that were replaced by others, the newest first: what the authority is told."""
    if lab is not None:
        own_lab(work.caller, lab, f"Lab {lab}")
    point = parts_of(after, datetime, str, int) if after else None
    start = (point[0], point[1], point[2]) if point else None
    rows = queries.amendments(work.connection, work.caller.lab or lab, start, limit + 1, site=work.caller.site)
    last = rows[limit - 1] if len(rows) > limit else None
    following = cursor(last.released_at, last.barcode, last.revision) if last is not None else None
    return Page(items=[lookup.amendment(row) for row in rows[:limit]], next=following)
