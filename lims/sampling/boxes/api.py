"""Routes of boxes."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from lims.catalog import queries as catalog
from lims.catalog.rules import Catalog
from lims.custody.actions import taken_first
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Caller, Role, own_site
from lims.kernel.db import Access, AnyRow
from lims.kernel.errors import Refused
from lims.sampling.boxes import actions, manifest, queries
from lims.sampling.boxes.forms import BoxAnswer, BoxView, DispatchForm, PackedTube, PackForm, RepackForm, WaitingTube, WaitingTubes
from lims.sampling.boxes.manifest import Packed
from lims.sampling.boxes.rules import Departure, standing_of
from lims.web.paper import pdf

router = APIRouter(prefix="/sampling/api", tags=["boxes"])
Sampler = Annotated[Work, allow(Role.SAMPLER, using=Access.FIELD)]
OnTheWay = Annotated[Work, allow(Role.SAMPLER, Role.COURIER, using=Access.FIELD)]


@router.post("/boxes")
def pack(form: PackForm, work: Sampler) -> BoxAnswer:
    """Pack sealed tubes into a box and seal it; again under the same id without effect."""
    known = catalog.current(work.connection)
    own_site(work.caller, known.site(form.site).code, f"Site {form.site}")
    box = box_code(form.barcode, known)
    tubes = tube_codes(form.tubes, known)
    sealed_at = clock.happened(form.sealed_at, work.now)
    if taken_first(work.connection, form.id, "box.pack", form.model_dump(), work.caller.name, work.now, sets=["tubes"]):
        actions.pack(work.connection, box, form.site, tubes, sealed_at, work.caller.name, work.now)
    return answer(work, box)


@router.get("/boxes/waiting")
def waiting(site: str, work: Sampler) -> WaitingTubes:
    """The sealed tubes of a site that lie in no box, the oldest first."""
    own_site(work.caller, catalog.current(work.connection).site(site).code, f"Site {site}")
    found = queries.waiting(work.connection, site)
    items = [WaitingTube(barcode=tube.barcode, sealed_at=tube.sealed_at) for tube in found.tubes]
    return WaitingTubes(items=items, count=found.count, oldest=found.oldest)


@router.get("/manifest.pdf")
def empty_manifest(site: str, work: Sampler, tubes: Annotated[int, Query(ge=1, le=200)] = 44) -> Response:
    """An empty manifest with places for tubes, to be printed before the day."""
    place = catalog.current(work.connection).site(site)
    own_site(work.caller, place.code, f"Site {site}")
    return paper(manifest.empty(f"{place.code} {place.name}", tubes, place.timezone, work.now), "manifest-empty")


@router.get("/boxes/{barcode}/manifest.pdf")
def box_manifest(barcode: str, work: OnTheWay) -> Response:
    """The manifest of a box on paper: its tubes as codes and counts, and room for three signatures."""
    known = catalog.current(work.connection)
    row = reached(work, box_code(barcode, known))
    packed = packed_boxes(work, [row], known)
    zone = known.sites[row.site].timezone if row.site in known.sites else work.program.settings.timezone
    return paper(manifest.of_boxes(packed, zone, work.now), f"manifest-{row.barcode}")


@router.get("/boxes/{barcode}")
def box(barcode: str, work: OnTheWay) -> BoxView:
    """A box as it stands; to a courier only while he carries it."""
    code = box_code(barcode, catalog.current(work.connection))
    row = reached(work, code)
    samples = is_own(work.caller, row)
    packed = [tube.barcode for tube in queries.tubes_in(work.connection, [code])] if samples else None
    return BoxView(
        **answer_of(row).model_dump(),
        sealed_by=row.sealed_by if samples else None,
        countersigned=row.handover is not None,
        received_at=row.received_at,
        packed=packed,
        directed_to=row.directed_to,
    )


@router.get("/tubes/{barcode}/packing")
def packing(barcode: str, work: Sampler) -> PackedTube:
    """Whether a tube can go into a box; if not, in which box it lies, since when, sealed by whom."""
    code = barcodes.normalise(barcode)
    row = queries.tube_and_box(work.connection, code)
    if row is None or row.registered_at is None or not work.caller.reaches_site(row.site):
        raise Refused("not_found", "{what} is not known here.", what=f"Tube {code}")
    shown = {name: getattr(row, name) for name in PackedTube.model_fields if hasattr(row, name)}
    return PackedTube(**shown | {"lab": row.lab or row.dispatched_to}, standing=standing_of(row))


@router.post("/boxes/{barcode}/changes")
def repack(barcode: str, form: RepackForm, work: Sampler) -> BoxAnswer:
    """Put stragglers into a sealed box that has not left, or take tubes out of it."""
    known = catalog.current(work.connection)
    code, added, removed = box_code(barcode, known), tube_codes(form.added, known), tube_codes(form.removed, known)
    at = clock.happened(form.at, work.now)
    content = form.model_dump() | {"box": code}
    if taken_first(work.connection, form.id, "box.repack", content, work.caller.name, work.now, sets=["added", "removed"]):
        actions.repack(work.connection, code, added, removed, at, work.caller, work.now)
    return answer(work, code)


@router.post("/boxes/{barcode}/dispatch")
def dispatch(barcode: str, form: DispatchForm, work: OnTheWay) -> BoxAnswer:
    """Send a box on its way to a lab, without a second signature. The packing list may come later."""
    known = catalog.current(work.connection)
    code = box_code(barcode, known)
    stored = queries.box(work.connection, code)
    if stored is not None and stored.site is not None:
        own_site(work.caller, stored.site, f"Box {code}")
    carrier = None if work.caller.has(Role.SAMPLER) else work.caller.name
    at = clock.happened(form.at, work.now)
    way = Departure(lab=known.lab(form.lab).code, at=at, courier=form.courier, vehicle=form.vehicle, carried_by=carrier)
    content = form.model_dump() | {"box": code}
    if taken_first(work.connection, form.id, "box.dispatch", content, work.caller.name, work.now):
        actions.dispatch(work.connection, [code], way, work.caller.name, work.now)
    return answer(work, code)


def reached(work: Work, code: str) -> AnyRow:
    """A box within the caller's reach: a sampler's site has sealed it, or a courier carries it."""
    row = queries.box(work.connection, code)
    carries = row is not None and work.caller.has(Role.COURIER) and row.carried_by == work.caller.name and row.received_at is None
    if row is None or not (is_own(work.caller, row) or carries):
        raise Refused("not_found", "{what} is not known here.", what=f"Box {code}")
    return row


def is_own(caller: Caller, box: AnyRow) -> bool:
    """Whether a sampler's site has sealed this box."""
    return caller.has(Role.SAMPLER) and box.site is not None and caller.reaches_site(box.site)


def packed_boxes(work: Work, rows: Sequence[AnyRow], known: Catalog) -> list[Packed]:
    """Boxes with their tubes, as the manifest lists them."""
    inside: dict[str | None, list[AnyRow]] = {}
    for tube in queries.tubes_in(work.connection, [row.barcode for row in rows]):
        inside.setdefault(tube.box, []).append(tube)
    return [Packed(row, inside.get(row.barcode, ()), known.sites[row.site].name if row.site in known.sites else "") for row in rows]


def paper(content: dict[str, Any], name: str) -> Response:
    """A manifest as a file that the browser shows."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(pdf(manifest.SOURCE, content), media_type="application/pdf", headers=headers)


def box_code(scan: str, known: Catalog) -> str:
    """The code of a box; Refused where it is none."""
    return barcodes.check(barcodes.normalise(scan), barcodes.Kind.BOX, known.formats)


def tube_codes(scans: Sequence[str], known: Catalog) -> list[str]:
    """The codes of tubes; Refused where one is none."""
    return [barcodes.check(barcodes.normalise(scan), barcodes.Kind.TUBE, known.formats) for scan in scans]


def answer(work: Work, barcode: str) -> BoxAnswer:
    """A box as it stands."""
    row = queries.box(work.connection, barcode)
    if row is None:
        raise Refused("not_found", "{what} is not known here.", what=f"Box {barcode}")
    return answer_of(row)


def answer_of(row: AnyRow) -> BoxAnswer:
    """The same of its row."""
    return BoxAnswer(
        barcode=row.barcode,
        site=row.site,
        tubes=row.packed_tubes,
        sealed_at=row.sealed_at,
        dispatched_at=row.dispatched_at,
        lab=row.dispatched_to,
    )
