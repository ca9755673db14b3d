"""The pages of labels: reserve codes, print them; look at them first, read by an independent reader."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from lims.catalog import queries as catalog
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_site
from lims.kernel.db import Access, AnyRow
from lims.kernel.errors import Refused
from lims.sampling.labels import queries, templates
from lims.sampling.labels.formats import FORMATS
from lims.sampling.labels.reading import ReadBack, read_back
from lims.sampling.labels.rules import LabelFacts
from lims.sampling.labels.stock import RECEIPT
from lims.web.places import Place, place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)
Labeller = Annotated[Work, allow(Role.SAMPLER, Role.ADMIN, using=Access.FIELD)]


@router.get("/sampling/labels")
def labels(request: Request, work: Labeller) -> Response:
    """What a site has reserved, and the way to more."""
    known = catalog.current(work.connection)
    place = place_of(request, "site", work.caller.site, {code: site.name for code, site in known.sites.items()})
    ranges = [
        {
            "id": row.id,
            "first": barcodes.own_code(barcodes.Kind(row.kind), row.first_serial),
            "last": barcodes.own_code(barcodes.Kind(row.kind), row.last_serial),
            "count": row.last_serial - row.first_serial + 1,
            "reserved_at": row.reserved_at,
            "prints": row.prints,
        }
        for row in queries.ranges_of_site(work.connection, place.code)
    ]
    zone = known.sites[place.code].timezone if place.code in known.sites else work.program.settings.timezone
    facts = {"ranges": ranges, "zone": zone, "stocks": stocks(work), "formats": sorted(FORMATS)}
    return page(request, "labels/labels.html", facts, caller=work.caller, place=place)


@dataclass(frozen=True)
class Look:
    """What to look at: a label stock, with the codes of a range, at a resolution."""

    template: str = "tube_35x30"
    range: UUID | None = None
    dpi: int | None = None
    text: Annotated[str, Query(max_length=200)] = ""


@router.get("/sampling/labels/preview")
def preview(request: Request, work: Labeller, look: Annotated[Look, Depends()]) -> Response:
    """Labels with the real codes of a range (the first, one in the middle, the last), each read before it is printed."""
    known = catalog.current(work.connection)
    place = place_of(request, "site", work.caller.site, {code: site.name for code, site in known.sites.items()})
    ranges = queries.ranges_of_site(work.connection, place.code)
    chosen = next((row for row in ranges if look.range in (None, row.id)), None)
    labels, refusal = [], None
    try:
        labels = [shown(work, look, code, place) for code in samples(chosen)] if chosen else []
    except Refused as found:
        refusal = found
    facts = {
        "look": look, "labels": labels, "refusal": refusal, "chosen": chosen, "stocks": stocks(work),
        "ranges": [(row.id, *ends_of(row)) for row in ranges],
    }  # fmt: skip
    return page(request, "labels/preview.html", facts, caller=work.caller, place=place)


@router.get("/sampling/labels/preview.png")
def picture(work: Labeller, look: Annotated[Look, Depends()], code: Annotated[str, Query(max_length=64)]) -> Response:
    """One label of the preview, dot for dot as the printer prints it."""
    row = queries.range_of_code(work.connection, barcodes.serial_of(code)) if barcodes.own_kind(code) else None
    own_site(work.caller, row.site if row else "", "This label range")
    if row is None:
        raise Refused("not_found", "{what} is not known at this site.", what="This label range")
    site = catalog.current(work.connection).site(row.site)
    drawn = shown(work, look, code, Place("site", site.code, site.name))
    return Response(drawn.picture, media_type="image/png")


def shown(work: Work, look: Look, code: str, place: Place) -> ReadBack:
    """One label, drawn and read."""
    template = templates.load(look.template, work.program.settings.label_templates)
    facts = LabelFacts(site=place.code, site_name=place.name, text=look.text)
    return read_back(template, code, facts, look.dpi)


def stocks(work: Work) -> list[str]:
    """The label stocks that carry a code of ours; those for tubes first."""
    folder = work.program.settings.label_templates
    names = [name for name, fault in templates.check_all(folder).items() if not fault and templates.load(name, folder).kind != RECEIPT]
    return sorted(names, key=lambda name: (not name.startswith(barcodes.Kind.TUBE), name))


def samples(row: AnyRow) -> list[str]:
    """The first code of a range, one in the middle, and the last."""
    serials = sorted({row.first_serial, (row.first_serial + row.last_serial) // 2, row.last_serial})
    return [barcodes.own_code(barcodes.Kind(row.kind), serial) for serial in serials]


def ends_of(row: AnyRow) -> tuple[str, str]:
    """The first and the last code of a range."""
    codes = samples(row)
    return codes[0], codes[-1]
