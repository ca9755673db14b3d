"""Routes of judging again."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Response

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.kernel import barcodes
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab
from lims.kernel.db import Access
from lims.kernel.imports.rules import CSV
from lims.testing.rejudging import actions, lookup
from lims.testing.rejudging.forms import DecideForm, RejudgeForm, RejudgementView

router = APIRouter(prefix="/testing/api", tags=["rejudgements"])
Reviewer = Annotated[Work, allow(Role.REVIEWER, using=Access.BENCH)]


@router.post("/rejudgements")
def compare(form: RejudgeForm, work: Reviewer) -> RejudgementView:
    """Judge stored readings by another version of their assay; answers the differences, and changes no result."""
    own_lab(work.caller, form.lab, f"Lab {form.lab}")
    if taken_first(work.connection, form.id, "rejudgement.make", form.model_dump(mode="json"), work.caller.name, work.now):
        actions.compare(work.connection, catalog.current(work.connection), form, work.caller.name, work.now)
    return lookup.view(work, form.id)


@router.get("/rejudgements/{rejudgement}", response_model=RejudgementView)
def rejudgement(rejudgement: UUID, work: Reviewer, format: Literal["json", "csv"] = "json") -> RejudgementView | Response:  # noqa: A002 - as elsewhere
    """The list of differences, before and after."""
    told = lookup.view(work, rejudgement)
    if format == "json":
        return told
    return Response(lookup.table(told.changes), media_type=CSV)


@router.post("/rejudgements/{rejudgement}/decide")
def decide(rejudgement: UUID, form: DecideForm, work: Reviewer) -> RejudgementView:
    """Apply one difference as an amendment, or reject it; by another reviewer than who asked for the comparison."""
    asked = lookup.own_rejudgement(work, rejudgement)
    said = form.model_copy(update={"tube": barcodes.normalise(form.tube)})
    content = said.model_dump(mode="json") | {"rejudgement": str(rejudgement), "reviewer": work.caller.name}
    if taken_first(work.connection, form.id, "rejudgement.decide", content, work.caller.name, work.now):
        actions.decide(work.connection, catalog.current(work.connection), asked, said, work.caller, work.now)
    return lookup.view(work, rejudgement)
