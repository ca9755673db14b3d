"""One plate: its map, its sample sheet, the way to import its run."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.testing.instruments.formats import known as formats
from lims.testing.instruments.sample_sheets import SHEETS
from lims.testing.interpretation import queries
from lims.testing.lots import queries as lots
from lims.testing.plates import lookup
from lims.web.language import language_of, translations
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)


@router.get("/testing/plates/{barcode}")
def plate(request: Request, barcode: str, work: Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]) -> Response:
    """A plate as it lies on the bench, and its runs."""
    row = lookup.own_plate(work, barcodes.normalise(barcode))
    known = catalog.current(work.connection)
    lab = known.lab(row.lab)
    facts = {
        "plate": row,
        "assay": known.assay(row.assay, row.assay_version),
        "runs": queries.runs_of_plate(work.connection, row.barcode),
        "waiting": queries.waiting_files(work.connection, row.barcode),
        "states": queries.states_on(work.connection, row.barcode, row.wells),
        "lots": lots.lots_by_id(work.connection, row.lots),
        "sheets": list(SHEETS),
        "formats": [translations(language_of(request)).gettext(title) for title in formats()],
        "zone": lab.timezone,
    }
    place = place_of(request, "lab", row.lab, {row.lab: lab.name})
    return page(request, "interpretation/plate.html", facts, caller=work.caller, place=place)


@router.get("/testing/plates/{barcode}/move")
def move(request: Request, barcode: str, work: Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]) -> Response:
    """Scan a tube, then say its well, or take the one that is proposed."""
    row = lookup.own_plate(work, barcodes.normalise(barcode))
    known = catalog.current(work.connection)
    facts = {
        "plate": row,
        "assay": known.assay(row.assay, row.assay_version),
        "run": queries.last_import(work.connection, row.barcode) is not None,
        "formats": [{"regex": one.regex, "kind": one.kind} for one in known.formats if one.kind == barcodes.Kind.TUBE],
    }
    place = place_of(request, "lab", row.lab, {row.lab: known.lab(row.lab).name})
    return page(request, "interpretation/move.html", facts, caller=work.caller, place=place)
