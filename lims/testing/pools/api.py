"""Routes of aliquot pools."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab
from lims.kernel.db import Access
from lims.testing.pools import actions, lookup
from lims.testing.pools.forms import Candidate, PoolAnswer, PoolForm, Proposal, Size

router = APIRouter(prefix="/testing/api", tags=["pools"])
Technician = Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]


@router.post("/pools")
def make_pool(form: PoolForm, work: Technician) -> PoolAnswer:
    """Mix single tubes into an aliquot pool: those that were scanned, or the most urgent that wait."""
    known = catalog.current(work.connection)
    own_lab(work.caller, known.lab(form.lab).code, f"Lab {form.lab}")
    barcode = barcodes.check(barcodes.normalise(form.barcode), barcodes.Kind.TUBE, known.formats)
    scanned = [] if form.members == "auto" else form.members
    members = [barcodes.check(barcodes.normalise(tube), barcodes.Kind.TUBE, known.formats) for tube in scanned]
    at = clock.happened(form.at, work.now)
    if taken_first(work.connection, form.id, "pool.make", form.said(), work.caller.name, work.now):
        actions.make_pool(work.connection, known, form, barcode, members, at, work.caller.name, work.now)
    return lookup.pool_answer(work, barcode)


@router.get("/pools/proposal")
def proposal(lab: str, assay: str, work: Technician, size: Size | None = None) -> Proposal:
    """How the single tubes that wait could be pooled, most urgent first; nothing is kept of it."""
    known = catalog.current(work.connection)
    own_lab(work.caller, known.lab(lab).code, f"Lab {lab}")
    return lookup.proposal(work, known, lab, known.assay(assay), size)


@router.get("/pools/candidates/{barcode}")
def candidate(
    barcode: str, lab: str, assay: str, work: Technician, part: Annotated[Literal["pool", "member"], Query(alias="as")] = "member"
) -> Candidate:
    """Whether a scanned tube may be mixed, or be the tube that is mixed in; where it lies."""
    known = catalog.current(work.connection)
    own_lab(work.caller, known.lab(lab).code, f"Lab {lab}")
    code = barcodes.check(barcodes.normalise(barcode), barcodes.Kind.TUBE, known.formats)
    return lookup.candidate(work, known, lab, known.assay(assay), code, part)


@router.get("/pools/{barcode}")
def pool(barcode: str, work: Technician) -> PoolAnswer:
    """A pool, its members, and where they lie."""
    return lookup.pool_answer(work, barcodes.normalise(barcode))
