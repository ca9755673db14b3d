"""The pages of racks."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.testing.storage import lookup, queries
from lims.testing.storage.rules import LETTERS, Kept
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)
Technician = Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]


@router.get("/testing/storage")
def storage(request: Request, work: Technician) -> Response:
    """Scan a rack, then tubes, to put them away; scan a tube alone to learn where it lies; below, the racks."""
    known = catalog.current(work.connection)
    place = place_of(request, "lab", work.caller.lab, {code: lab.name for code, lab in known.labs.items()})
    facts = {
        "racks": queries.racks_of_lab(work.connection, place.code),
        "kinds": list(Kept),
        "formats": [{"regex": one.regex, "kind": one.kind, "check": one.check} for one in known.formats],
    }
    return page(request, "storage/storage.html", facts, caller=work.caller, place=place)


@router.get("/testing/storage/{barcode}")
def rack(request: Request, barcode: str, work: Technician) -> Response:
    """A rack, and what lies in it."""
    row = lookup.own_rack(work, barcodes.normalise(barcode))
    lab = catalog.current(work.connection).lab(row.lab)
    positions = queries.contents(work.connection, row.barcode)
    facts = {
        "rack": row,
        "letters": LETTERS[: row.rows],
        "positions": positions,
        "states": queries.states_in(work.connection, positions.values()),
        "kinds": list(Kept),
    }
    place = place_of(request, "lab", row.lab, {row.lab: lab.name})
    return page(request, "storage/rack.html", facts, caller=work.caller, place=place)
