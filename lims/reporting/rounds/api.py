"""Routes of rounds."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Response

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.kernel.clock import local_day
from lims.reporting.capacity.access import Foreseer, Planner
from lims.reporting.downloads import download
from lims.reporting.forms import AnyDay, Form
from lims.reporting.rounds import actions, board, queries
from lims.reporting.rounds.access import refuse_bound
from lims.reporting.rounds.board import row_of
from lims.reporting.rounds.forms import ExpectForm, Rounds
from lims.reporting.rounds.rules import LONGEST, Expected
from lims.reporting.rules import DAY, By, Format, Question

router = APIRouter(prefix="/reporting/api", tags=["rounds"])


@router.get("/rounds")
def rounds(work: Foreseer, day: AnyDay = None) -> Rounds:
    """The rounds of a day: people sampled until its end, of people expected; as wholes and in each place that somebody spoke of."""
    refuse_bound(work.caller)
    known, zone = catalog.current(work.connection), work.program.settings.timezone
    day = day or local_day(work.now, zone)
    lines = board.rounds_of(work.connection, known, Question(day, day, By.DAY, zone), work.now)
    return Rounds(items=[row_of(line) for line in lines])


@router.get("/rounds/said", response_model=None)
def said(work: Foreseer, day: AnyDay = None, form: Form = Format.JSON) -> dict[str, Any] | Response:
    """Everything that was said of the rounds that begin on a day or within the week before it, the newest version first."""
    refuse_bound(work.caller)
    day = day or local_day(work.now, work.program.settings.timezone)
    found = queries.versions(work.connection, day - LONGEST + DAY, day)
    if form is Format.JSON:
        return {"items": [asdict(one) for one in found], "next": None}
    return download(Expected, found, form, "rounds", f"expected-people-{day}.{form.value}")


@router.post("/rounds/expected")
def expect(form: ExpectForm, work: Planner) -> Rounds:
    """Say how many people a round is for in an area or at a site: a version is added, what was said before stays."""
    refuse_bound(work.caller)
    known = catalog.current(work.connection)
    if taken_first(work.connection, form.id, "round.expect", form.model_dump(), work.caller.name, work.now):
        actions.expect(work.connection, known, form, work.caller.name, work.now)
    question = Question(form.first_day, form.first_day, By.DAY, work.program.settings.timezone)
    return Rounds(items=[row_of(line) for line in board.rounds_of(work.connection, known, question, work.now) if line.round == form.round])
