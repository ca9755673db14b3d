"""The pages where boxes are opened and tubes scanned in, and what is printed there."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.custody.rules import REJECTION_REASONS, BenchState
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.clock import local_day
from lims.kernel.db import Access
from lims.testing.accession import lookup, queries
from lims.testing.accession.rules import REASON_OF_CODE
from lims.web.camera import camera_page
from lims.web.language import language_of, translations
from lims.web.places import Place, place_of

router = APIRouter(include_in_schema=False)
Technician = Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]
KINDS = (barcodes.Kind.TUBE, barcodes.Kind.BOX)


@router.get("/testing/boxes")
def boxes(request: Request, work: Technician) -> Response:
    """Scan a box, then its tubes, and reasons to turn them away; below, what is on its way and what has come."""
    return receiving(request, work, None)


@router.get("/testing/boxes/{barcode}")
def box(request: Request, barcode: str, work: Technician) -> Response:
    """The same with this box open: how it stands, and the next scan is one of its tubes."""
    return receiving(request, work, box_code(work, barcode))


@router.get("/testing/boxes/{barcode}/discrepancies.pdf")
def discrepancies(request: Request, barcode: str, work: Technician) -> Response:
    """What is not as it should be with a box, on A4: to be signed, and sent to the site."""
    from lims.testing.accession.paper import discrepancy_list  # noqa: PLC0415 - typst is slow to load

    code, known = box_code(work, barcode), catalog.current(work.connection)
    row = lookup.received_box(work, code)
    lab = known.lab(row.lab)
    tubes = queries.tubes_of_box(work.connection, code, [])
    answer = lookup.standing_answer(work, known, code, lab, [], work.now)
    return pdf(discrepancy_list(row, lab, answer, tubes, language_of(request)), f"discrepancies-{code}")


@router.get("/testing/rejections.pdf")
def rejections(request: Request, _: Technician) -> Response:
    """Every reason of rejection as a code to scan, on A4, to be hung up at the bench."""
    from lims.testing.accession.paper import reason_sheet  # noqa: PLC0415 - typst is slow to load

    return pdf(reason_sheet(language_of(request)), "rejections")


def receiving(request: Request, work: Work, preset: str | None) -> Response:
    """The page for the lab of the request, with a box open or none."""
    known = catalog.current(work.connection)
    place = lab_of(request, work)
    zone = known.labs[place.code].timezone if place.code in known.labs else work.program.settings.timezone
    say = translations(language_of(request)).gettext
    facts = {
        "boxes": queries.boxes_of_lab(work.connection, place.code),
        "transport": known.transport_policy(local_day(work.now, zone)),
        "zone": zone,
        "preset": preset,
        "rejections": REJECTION_REASONS,
        "reasons_by_code": REASON_OF_CODE,
        "reason_words": {reason: say(english) for reason, english in REJECTION_REASONS.items()},
        "states": {state.value: say(state.value) for state in BenchState},
        "formats": [{"regex": one.regex, "kind": one.kind, "check": one.check} for one in known.formats if one.kind in KINDS],
    }
    return camera_page(request, "accession/boxes.html", facts, caller=work.caller, place=place)


def lab_of(request: Request, work: Work) -> Place:
    """The lab of the request."""
    known = catalog.current(work.connection)
    return place_of(request, "lab", work.caller.lab, {code: lab.name for code, lab in known.labs.items()})


def box_code(work: Work, barcode: str) -> str:
    """The canonical code of a box; Refused where it is none."""
    return barcodes.check(barcodes.normalise(barcode), barcodes.Kind.BOX, catalog.current(work.connection).formats)


def pdf(content: bytes, name: str) -> Response:
    """A document as a file that the browser shows."""
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})
