"""The pages where pools are mixed, looked at and fetched for."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.testing.pools import lookup, queries
from lims.testing.storage.rules import in_walking_order
from lims.web.language import language_of
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)
Technician = Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]


@router.get("/testing/pools")
def pools(request: Request, work: Technician, assay: str | None = None) -> Response:
    """Scan a tube to mix in and its members, or let what waits be pooled; below, the newest pools."""
    known = catalog.current(work.connection)
    place = place_of(request, "lab", work.caller.lab, {code: lab.name for code, lab in known.labs.items()})
    assays = [known.assay(code) for code in sorted({code for code, _ in known.assays})]
    chosen = known.assay(assay) if assay else next((one for one in assays if one.pool_max > 1), None)
    facts = {
        "assays": [one for one in assays if one.pool_max > 1],
        "assay": chosen,
        "newest": queries.pools_of_lab(work.connection, place.code),
        "formats": [{"regex": one.regex, "kind": one.kind, "check": one.check} for one in known.formats],
        "zone": known.labs[place.code].timezone if place.code in known.labs else work.program.settings.timezone,
    }
    return page(request, "pools/pools.html", facts, caller=work.caller, place=place)


@router.get("/testing/pools/pick-list.pdf")
def pick_list(request: Request, pools: str, work: Technician) -> Response:
    """The members of these pools (codes between commas) on paper, in the order in which they are fetched."""
    from lims.testing.pools.paper import on_paper  # noqa: PLC0415 - typst is slow to load

    codes = list(dict.fromkeys(barcodes.normalise(code) for code in pools.split(",")))
    rows = [lookup.own_pool(work, code) for code in codes[:1]]
    lab = catalog.current(work.connection).lab(rows[0].lab)
    rows = [row for row in queries.pools(work.connection, codes) if row.lab == lab.code]
    members = queries.members(work.connection, [row.barcode for row in rows])
    content = on_paper(rows, in_walking_order(members), lab, language_of(request))
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": 'inline; filename="pick-list.pdf"'})


@router.get("/testing/pools/{barcode}")
def pool(request: Request, barcode: str, work: Technician) -> Response:
    """A pool: how it stands, its members and where they lie."""
    row = lookup.own_pool(work, barcodes.normalise(barcode))
    lab = catalog.current(work.connection).lab(row.lab)
    facts = {"pool": row, "members": in_walking_order(queries.members(work.connection, [row.barcode])), "zone": lab.timezone}
    place = place_of(request, "lab", row.lab, {row.lab: lab.name})
    return page(request, "pools/pool.html", facts, caller=work.caller, place=place)
