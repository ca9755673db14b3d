"""Routes of the review."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from lims.custody.actions import taken_first
from lims.kernel import clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.testing.interpretation import queries as interpretation
from lims.testing.review import actions, queries
from lims.testing.review.forms import ReviewAnswer, ReviewForm

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
    content = form.model_dump() | {"run": str(run), "reviewer": work.caller.name}
    if taken_first(work.connection, form.id, "run.review", content, work.caller.name, work.now):
        decide = actions.approve if form.decision == "approve" else actions.send_back
        decide(work.connection, row, form, at, work.caller, work.now)
    return ReviewAnswer(released=queries.released_by(work.connection, form.id), returned=queries.returned_by(work.connection, form.id))
