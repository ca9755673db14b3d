"""Looking at labels before they are printed: with real codes, each read by an independent reader."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from lims.catalog import queries as catalog
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access, AnyRow
from lims.sampling.labels import queries, templates
from lims.sampling.labels.stock import RECEIPT, Template
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)
Labeller = Annotated[Work, allow(Role.SAMPLER, Role.ADMIN, using=Access.FIELD)]


@dataclass(frozen=True)
class Look:
    """What to look at: a label stock, with the codes of a range, at a resolution."""

    template: str = "tube_35x30"
    range: UUID | None = None
    dpi: int | None = None
    text: Annotated[str, Query(max_length=200)] = ""


@router.get("/sampling/labels/preview")
def preview(request: Request, work: Labeller, look: Annotated[Look, Depends()]) -> Response:
    """Choose stock, codes and words; the page asks for the pictures (`/label-preview`) at every change."""
    known = catalog.current(work.connection)
    place = place_of(request, "site", work.caller.site, {code: site.name for code, site in known.sites.items()})
    ranges = queries.ranges_of_site(work.connection, place.code)
    facts = {
        "look": look, "stocks": usable(work), "faulty": faulty(work), "may_try": work.caller.has(Role.ADMIN),
        "ranges": [(row.id, row.kind, *ends_of(row)) for row in ranges],
    }  # fmt: skip
    return page(request, "labels/preview.html", facts, caller=work.caller, place=place)


@router.get("/sampling/labels/preview.toml")
def source(work: Labeller, template: str) -> Response:
    """The file of a stock, to be changed and tried."""
    text = templates.source(template, work.program.settings.label_templates)
    return Response(text, media_type="text/plain; charset=utf-8")


def usable(work: Work) -> list[Template]:
    """The label stocks that can be printed; those for tubes first."""
    folder = work.program.settings.label_templates
    found = [templates.load(name, folder) for name, fault in templates.check_all(folder).items() if not fault]
    return sorted(found, key=lambda one: (one.kind != barcodes.Kind.TUBE, one.name))


def stocks(work: Work) -> list[Template]:
    """Those that carry a code of ours."""
    return [one for one in usable(work) if one.kind != RECEIPT]


def faulty(work: Work) -> list[str]:
    """What is wrong with the stocks that cannot be printed."""
    return [fault for fault in templates.check_all(work.program.settings.label_templates).values() if fault]


def ends_of(row: AnyRow) -> tuple[str, str]:
    """The first and the last code of a range."""
    kind = barcodes.Kind(row.kind)
    return barcodes.own_code(kind, row.first_serial), barcodes.own_code(kind, row.last_serial)
