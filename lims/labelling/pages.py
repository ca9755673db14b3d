"""The page of a lab's labels."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from lims.catalog import queries as catalog
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.labelling.actions import LAB
from lims.sampling.labels import queries
from lims.sampling.labels.formats import FORMATS
from lims.sampling.labels.pages import stocks
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)


@router.get("/testing/labels")
def labels(
    request: Request,
    work: Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)],
    tube: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """A label for a tube whose own cannot be read; new codes for tubes without any, for plates and for racks."""
    known = catalog.current(work.connection)
    place = place_of(request, "lab", work.caller.lab, {code: lab.name for code, lab in known.labs.items()})
    ranges = [
        {
            "id": row.id, "kind": row.kind, "prints": row.prints, "count": row.last_serial - row.first_serial + 1,
            "first": barcodes.own_code(Kind(row.kind), row.first_serial), "last": barcodes.own_code(Kind(row.kind), row.last_serial),
            "reserved_at": row.reserved_at, "reserved_by": row.reserved_by,
        }
        for row in queries.ranges_of_site(work.connection, f"{LAB}{place.code}")
    ]  # fmt: skip
    facts = {
        "tube": barcodes.normalise(tube),
        "ranges": ranges,
        "stocks": stocks(work),
        "formats": sorted(FORMATS, key=lambda name: (name != "pdf", name)),
        "zone": known.labs[place.code].timezone if place.code in known.labs else work.program.settings.timezone,
    }
    return page(request, "labelling/labels.html", facts, caller=work.caller, place=place)
