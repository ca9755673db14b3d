"""The route of the outlook."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Response

from lims.catalog import queries as catalog
from lims.kernel.errors import Refused
from lims.reporting.capacity.access import Foreseer, local_now, refuse_site_bound
from lims.reporting.day.forms import Place
from lims.reporting.downloads import table
from lims.reporting.forms import Form
from lims.reporting.rules import Format
from lims.reporting.tomorrow import board
from lims.reporting.tomorrow.asking import asked
from lims.reporting.tomorrow.files import TABLES
from lims.reporting.tomorrow.forms import HourView, LabView, OutlookView, OverflowView, RangeView, TogetherView
from lims.reporting.tomorrow.outlook import LabOutlook, Outlook
from lims.reporting.tomorrow.rules import Overflow, Range

router = APIRouter(prefix="/reporting/api", tags=["outlook"])


@router.get("/outlook")
def outlook(work: Foreseer) -> OutlookView:
    """What comes to each lab by the hour until the end of tomorrow, when its queue is empty, and whether it overflows."""
    refuse_site_bound(work.caller)
    found = board.outlook(work.connection, catalog.current(work.connection), work.now, work.program.settings.timezone)
    return OutlookView(
        now=found.now,
        until=found.slots.until,
        limit_hours=found.limit_hours,
        together=together(found) if work.caller.lab is None else None,
        labs=[lab_view(found, lab) for lab in found.labs if work.caller.reaches_lab(lab.lab.code)],
    )


@router.get("/outlook/{name}", response_model=None)
def outlook_table(name: str, work: Foreseer, lab: Place = None, form: Form = Format.JSON) -> dict[str, Any] | Response:
    """A table of the page of tomorrow: `labs` or `hours`, of all labs or of one."""
    if name not in TABLES:
        raise Refused("figure_unknown", "There is no figure {figure}; there are {known}.", figure=name, known=", ".join(TABLES))
    kind, rows = TABLES[name]
    return table(kind, rows(*asked(work, lab)), form, f"{name}-{local_now(work, lab):%Y-%m-%d-%H%M}")


def together(found: Outlook) -> TogetherView:
    """What is said of all labs."""
    return TogetherView(
        pools_seen=found.pools.seen,
        pools_positive=found.pools.positive,
        pools_tomorrow=found.pools_tomorrow,
        retests=range_view(found.retests),
        capacity_tomorrow=found.capacity_tomorrow,
        headroom=found.headroom,
    )


def lab_view(found: Outlook, lab: LabOutlook) -> LabView:
    """One lab with its hours."""
    hours = [
        HourView(
            begins=begin,
            ends=end,
            arrivals=range_view(lab.arrivals[number]),
            capacity=round(lab.capacity[number], 2) if lab.capacity is not None else None,
            queue=range_view(lab.queue[number]),
        )
        for number, (begin, end) in enumerate(found.slots.spells[: found.slots.shown])
    ]
    return LabView(
        lab=lab.lab.code,
        waiting=lab.waiting,
        clears=lab.clears,
        clears_latest=lab.clears_latest,
        overflow=overflow_view(lab.overflow),
        may_overflow=overflow_view(lab.may_overflow),
        capacity_tomorrow=lab.capacity_tomorrow,
        headroom=lab.headroom,
        pools_tomorrow=lab.pools_tomorrow,
        retests=range_view(lab.retests),
        hours=hours,
    )


def range_view(of: Range) -> RangeView:
    """A range, to hundredths of a tube."""
    return RangeView(**{name: round(value, 2) for name, value in asdict(of).items()})


def overflow_view(of: Overflow | None) -> OverflowView | None:
    """When a lab overflows."""
    return OverflowView(at=of.at, tubes=round(of.tubes, 2)) if of else None
