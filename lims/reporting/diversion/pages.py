"""The page of a diversion: what would move, what that changes, and the button that does it."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.reporting.capacity.access import Planner, refuse_bound
from lims.reporting.diversion import actions, queries
from lims.web.render import page

router = APIRouter(include_in_schema=False)


@router.get("/reporting/diversions")
def diversions(request: Request, work: Planner) -> Response:
    """What was proposed last."""
    refuse_bound(work.caller)
    facts = {"diversions": queries.latest(work.connection, 50), "zone": work.program.settings.timezone}
    return page(request, "reporting/diversions.html", facts, caller=work.caller)


@router.get("/reporting/diversions/{diversion_id}")
def diversion(request: Request, diversion_id: UUID, work: Planner) -> Response:
    """One proposal."""
    refuse_bound(work.caller)
    row = queries.diversion(work.connection, diversion_id)
    if row is None:
        raise actions.unknown(diversion_id)
    known = catalog.current(work.connection)
    inside = {box["barcode"]: box for box in row.inputs["boxes"]}
    facts = {
        "diversion": row,
        "inside": inside,
        "labs": {code: lab.name for code, lab in known.labs.items()},
        "sites": {code: site.name for code, site in known.sites.items()},
        "zone": work.program.settings.timezone,
    }
    return page(request, "reporting/diversion.html", facts, caller=work.caller)
