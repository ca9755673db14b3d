"""The page of tomorrow: what comes by the hour, when backlogs are gone, which lab overflows."""

from dataclasses import replace

from fastapi import APIRouter, Request, Response

from lims.reporting.capacity.access import Foreseer
from lims.reporting.tomorrow.asking import asked
from lims.reporting.tomorrow.charts import chart_of
from lims.reporting.tomorrow.outlook import together
from lims.web.render import page

router = APIRouter(include_in_schema=False)


@router.get("/reporting/tomorrow")
def tomorrow(request: Request, work: Foreseer, lab: str | None = None) -> Response:
    """From now until the end of tomorrow, of all labs or of one."""
    (outlook, labs), zone = asked(work, lab), work.program.settings.timezone
    arrivals, queue, capacity = together(labs, outlook.slots.shown)
    spells = outlook.slots.spells[: outlook.slots.shown]
    late = [each for each in labs if each.waiting and each.capacity is not None]
    facts = {
        "outlook": replace(outlook, labs=labs),
        "labs": [each.lab for each in outlook.labs if work.caller.reaches_lab(each.lab.code)],
        "only": work.caller.lab or lab or None,
        "chart": chart_of(spells, sum(each.waiting for each in labs if each.capacity is not None), arrivals, queue, capacity, zone),
        "hours": list(zip(spells, arrivals, capacity, queue, strict=True)),
        "waiting": sum(each.waiting for each in labs),
        "clears": max((each.clears for each in late if each.clears), default=None) if all(each.clears for each in late) else None,
        "capacity_tomorrow": sum(each.capacity_tomorrow or 0 for each in labs),
        "zone": zone,
    }
    return page(request, "reporting/tomorrow.html", facts, caller=work.caller)
