"""The pages of what may go, and of what a case needs."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.deconvolution.lookup import own_case
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.retention import lookup, queries
from lims.retention.rules import ground_of
from lims.web.language import language_of
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)
Technician = Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]


@router.get("/testing/discards")
def discards(request: Request, work: Technician) -> Response:
    """What may go and where it lies; scan racks or tubes to confirm that they went."""
    known = catalog.current(work.connection)
    place = place_of(request, "lab", work.caller.lab, {code: lab.name for code, lab in known.labs.items()})
    try:
        dues = lookup.due(work, place.code)
    except Refused:  # no policy: the page says so
        dues = None
    facts = {
        "dues": dues,
        "going": [(row, ground_of(row)) for row in dues.going] if dues else [],
        "discarded": queries.discarded(work.connection, place.code),
        "formats": [{"regex": one.regex, "kind": one.kind, "check": one.check} for one in known.formats],
        "zone": known.labs[place.code].timezone if place.code in known.labs else work.program.settings.timezone,
    }
    return page(request, "retention/discards.html", facts, caller=work.caller, place=place)


@router.get("/testing/discards.pdf")
def discards_on_paper(request: Request, work: Technician, lab: str | None = None) -> Response:
    """The same list on paper, with room for signatures."""
    from lims.retention.paper import due_on_paper  # noqa: PLC0415 - typst is slow to load

    known = catalog.current(work.connection)
    here = known.lab(work.caller.lab or lab or "")
    content = due_on_paper(lookup.due(work, here.code), here, work.now, language_of(request))
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": 'inline; filename="discards.pdf"'})


@router.get("/testing/cases/{case_id}/tubes")
def tubes_of_case(request: Request, case_id: str, work: Technician) -> Response:
    """The kept tubes of a case, in the order in which they are fetched."""
    case = own_case(work, case_id)
    place = place_of(request, "lab", case.row.lab, {case.row.lab: catalog.current(work.connection).lab(case.row.lab).name})
    return page(
        request, "retention/case.html", {"case": case.row.barcode, "tubes": lookup.to_fetch(work, case)}, caller=work.caller, place=place
    )


@router.get("/testing/cases/{case_id}/tubes.pdf")
def tubes_of_case_on_paper(request: Request, case_id: str, work: Technician) -> Response:
    """The same list on paper."""
    from lims.retention.paper import case_on_paper  # noqa: PLC0415 - typst is slow to load

    case = own_case(work, case_id)
    lab = catalog.current(work.connection).lab(case.row.lab)
    content = case_on_paper(case.row.barcode, lookup.to_fetch(work, case), lab, language_of(request))
    return Response(
        content, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="case-{case.row.barcode}.pdf"'}
    )
