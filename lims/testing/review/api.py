"""Routes of the review."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.testing.extraction.actions import settle
from lims.testing.extraction.lookup import own_batch
from lims.testing.interpretation import queries as interpretation
from lims.testing.review import actions, queries, re_extraction
from lims.testing.review.forms import ReExtractAnswer, ReExtractForm, ReviewAnswer, ReviewForm, SettleForm

router = APIRouter(prefix="/testing/api", tags=["review"])


@router.post("/runs/{run}/review")
def review(run: UUID, form: ReviewForm, work: Annotated[Work, allow(Role.REVIEWER, using=Access.BENCH)]) -> ReviewAnswer:
    """Release clean negatives together, anything else by naming it; or send tubes back for a repeat."""
    row = interpretation.run(work.connection, run)
    if row is None:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Run {run}")
    own_lab(work.caller, row.lab, f"Run {run}")
    actions.refuse_own_import(row, work.caller)
    at = clock.happened(form.at, work.now)
    content = form.said() | {"run": str(run), "reviewer": work.caller.name}
    if taken_first(work.connection, form.id, "run.review", content, work.caller.name, work.now, sets=["tubes"]):
        decide = actions.approve if form.decision == "approve" else actions.send_back
        decide(work.connection, catalog.current(work.connection), row, form.normalised(), at, work.caller, work.now)
    return ReviewAnswer(released=queries.released_by(work.connection, form.id), returned=queries.returned_by(work.connection, form.id))


@router.post("/extractions/{barcode}/re-extract")
def re_extract(
    barcode: str, form: ReExtractForm, work: Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, using=Access.BENCH)]
) -> ReExtractAnswer:
    """Put the tubes of an invalid batch back into the queue, to be extracted again; what was released stays, and is listed."""
    batch = own_batch(work, barcodes.normalise(barcode))
    at = clock.happened(form.at, work.now)
    content = form.model_dump() | {"batch": batch.barcode}
    if taken_first(work.connection, form.id, "batch.re_extract", content, work.caller.name, work.now):
        re_extraction.re_extract(work.connection, batch, form, at, work.caller.name, work.now)
    released = [row.barcode for row in queries.released_out_of(work.connection, [batch.barcode])]
    return ReExtractAnswer(returned=queries.returned_by(work.connection, form.id), released=released)


@router.post("/extractions/{barcode}/settle", status_code=204)
def settle_released(barcode: str, form: SettleForm, work: Annotated[Work, allow(Role.REVIEWER, using=Access.BENCH)]) -> None:
    """Say what is done about results that were released before their batch was found invalid."""
    batch = own_batch(work, barcodes.normalise(barcode))
    at = clock.happened(form.at, work.now)
    content = form.model_dump() | {"batch": batch.barcode}
    if taken_first(work.connection, form.id, "batch.settle", content, work.caller.name, work.now):
        settle(work.connection, batch.barcode, form.id, form.decision.strip(), at, work.caller.name, work.now)
