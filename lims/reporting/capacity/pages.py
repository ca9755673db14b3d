"""The page of capacities: the three figures of each lab beside each other, and a form to declare anew."""

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel.clock import local_day
from lims.reporting.capacity import board
from lims.reporting.capacity.access import Foreseer, refuse_site_bound
from lims.reporting.capacity.rules import Finding
from lims.web.render import page

router = APIRouter(include_in_schema=False)


@router.get("/reporting/capacity")
def capacity(request: Request, work: Foreseer) -> Response:
    """What the labs declare, have done and could do."""
    refuse_site_bound(work.caller)
    lines = board.lines(work.connection, catalog.current(work.connection), work.now, work.caller.lab)
    declared = [line.three.declared for line in lines if line.three.declared is not None]
    facts = {
        "lines": lines,
        "declared": sum(declared),
        "planned": sum(line.three.to_plan_with or 0 for line in lines),
        "overstated": sum(line.three.finding is Finding.MORE_THAN_IT_CAN for line in lines),
        "today": local_day(work.now, work.program.settings.timezone),
        "zone": work.program.settings.timezone,
        "now": work.now,
    }
    return page(request, "reporting/capacity.html", facts, caller=work.caller)
