"""The pages where plates are laid out, printed, and found again by a lot."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.testing.layout import queries as layout
from lims.testing.lots import queries as lots
from lims.testing.lots.lookup import own_lot
from lims.testing.lots.rules import OF_PLATE, in_use
from lims.testing.plates import lookup, queries
from lims.web.language import language_of
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)
Technician = Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]


@router.get("/testing/plates")
def plates(request: Request, work: Technician) -> Response:
    """What waits, the way to a new plate, and the newest plates."""
    known = catalog.current(work.connection)
    place = place_of(request, "lab", work.caller.lab, {code: lab.name for code, lab in known.labs.items()})
    newest = {code: known.assay(code) for code, _ in sorted(known.assays)}
    facts = {
        "plates": queries.laid_out(work.connection, place.code),
        "lots": in_use(lots.known(work.connection, place.code), OF_PLATE, newest),
        "waiting": layout.waiting_by_size(work.connection, place.code),
        "assays": newest.values(),
        "zone": known.labs[place.code].timezone if place.code in known.labs else work.program.settings.timezone,
        "now": work.now,
    }
    return page(request, "plates/plates.html", facts, caller=work.caller, place=place)


@router.get("/testing/plates/{barcode}/map.pdf")
def map_on_paper(request: Request, barcode: str, work: Technician) -> Response:
    """The map to pipette by, on A4, with the plate's code to be scanned and room for signatures."""
    from lims.testing.plates.paper import plate_map  # noqa: PLC0415 - typst is slow to load

    row = lookup.own_plate(work, barcodes.normalise(barcode))
    known = catalog.current(work.connection)
    used = lots.lots_by_id(work.connection, row.lots)
    content = plate_map(row, known.assay(row.assay, row.assay_version), known.lab(row.lab), used, language_of(request))
    name = f"plate-{row.barcode}.pdf"
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


@router.get("/testing/lots/{lot}")
def lot(request: Request, lot: UUID, work: Technician) -> Response:
    """What a lot was used for: its batches, its plates, and every tube in them."""
    row = own_lot(work, lot)
    lab = catalog.current(work.connection).lab(row.lab)
    place = place_of(request, "lab", row.lab, {row.lab: lab.name})
    return page(request, "plates/lot.html", lookup.uses_of(work, lot) | {"lot": row, "zone": lab.timezone}, caller=work.caller, place=place)
