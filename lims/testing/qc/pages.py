"""The controls of a lab over time."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.testing.lots.queries import lots_by_id
from lims.testing.qc import queries
from lims.testing.qc.chart import NARROW, WIDE, chart
from lims.testing.qc.control_charts import SHOWN, trends
from lims.testing.qc.trends import REFERENCE
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)


@router.get("/testing/controls")
def controls(
    request: Request,
    work: Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, using=Access.BENCH)],
    assay: str | None = None,
    version: int | None = None,
    lot: UUID | None = None,
) -> Response:
    """The weak positives of a lab, by assay version, lot of control material and target; without a choice those that were used last."""
    known = catalog.current(work.connection)
    place = place_of(request, "lab", work.caller.lab, {code: lab.name for code, lab in known.labs.items()})
    series = queries.series_of_lab(work.connection, place.code)
    asked = [one for one in series if (one.assay, one.version, one.lot) == (assay, version, lot)]
    chosen = next(iter(asked or series), None)
    found = trends(work.connection, chosen, known.assay(chosen.assay, chosen.version)) if chosen else []
    facts = {
        "series": series,
        "chosen": chosen,
        "lots": {row.id: row for row in lots_by_id(work.connection, [one.lot for one in series if one.lot is not None])},
        "drawn": [(trend, {"wide": chart(trend, WIDE), "narrow": chart(trend, NARROW)}) for trend in found],
        "shown": SHOWN,
        "needed": REFERENCE,
        "zone": known.labs[place.code].timezone if place.code in known.labs else work.program.settings.timezone,
    }
    return page(request, "qc/controls.html", facts, caller=work.caller, place=place)
