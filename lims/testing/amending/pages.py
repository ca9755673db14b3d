"""The result of one tube with its history and the way to amend it; and the list of amendments, for officials too."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.pages import cursor, parts_of
from lims.testing.amending import lookup, queries
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)
Reader = Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, Role.OFFICIAL, using=Access.BENCH)]
SHOWN = 50


@router.get("/testing/results/{barcode}")
def result(request: Request, barcode: str, work: Reader) -> Response:
    """What was released of a tube, what runs said of it, and for a reviewer the way to amend it."""
    tube = lookup.own_tube(work, barcodes.normalise(barcode))
    known = catalog.current(work.connection)
    facts = {
        "tube": tube,
        "releases": queries.releases(work.connection, tube.barcode),
        "evidence": queries.evidence(work.connection, tube.barcode),
        "zone": known.lab(tube.lab).timezone,
    }
    place = place_of(request, "lab", tube.lab, {tube.lab: known.lab(tube.lab).name})
    return page(request, "amending/result.html", facts, caller=work.caller, place=place)


@router.get("/testing/amendments")
def amendments(request: Request, work: Reader, after: str | None = None) -> Response:
    """Released results that were replaced, the newest first."""
    known = catalog.current(work.connection)
    point = parts_of(after, datetime, str, int) if after else None
    start = (point[0], point[1], point[2]) if point else None
    rows = queries.amendments(work.connection, work.caller.lab, start, SHOWN + 1, site=work.caller.site)
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    facts = {
        "rows": rows[:SHOWN],
        "next": cursor(last.released_at, last.barcode, last.revision) if last is not None else None,
        "labs": known.labs,
        "sites": known.sites,
        "zone": work.program.settings.timezone,
    }
    lab = work.caller.lab
    place = place_of(request, "lab", lab, {code: one.name for code, one in known.labs.items()}) if lab else None
    return page(request, "amending/amendments.html", facts, caller=work.caller, place=place)
