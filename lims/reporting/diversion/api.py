"""Routes of diversions."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.kernel.auth.door import Work
from lims.kernel.errors import Refused
from lims.reporting.capacity.access import Planner, refuse_bound
from lims.reporting.diversion import actions, board, queries
from lims.reporting.diversion.files import TABLES
from lims.reporting.diversion.forms import DiversionView, MessageForm
from lims.reporting.downloads import table
from lims.reporting.forms import Form
from lims.reporting.rules import Format

router = APIRouter(prefix="/reporting/api", tags=["diversions"])


@router.post("/diversions")
def propose(form: MessageForm, work: Planner) -> DiversionView:
    """Which boxes should go to another lab so that none overflows. Nothing moves before it is accepted."""
    refuse_bound(work.caller)
    if taken_first(work.connection, form.id, "diversion.propose", form.model_dump(), work.caller.name, work.now):
        proposal = board.propose(work.connection, catalog.current(work.connection), work.now, work.program.settings.timezone)
        actions.keep(work.connection, form.id, proposal, work.caller.name, work.now)
    return answer(work, form.id)


@router.get("/diversions/{diversion_id}")
def diversion(diversion_id: UUID, work: Planner) -> DiversionView:
    """A proposal, and whether it was accepted."""
    refuse_bound(work.caller)
    return answer(work, diversion_id)


@router.get("/diversions/{diversion_id}/{name}", response_model=None)
def diversion_table(diversion_id: UUID, name: str, work: Planner, form: Form = Format.JSON) -> dict[str, Any] | Response:
    """A table of a proposal: `moves`, box by box, or `labs` with the tubes that are late without it and with it."""
    refuse_bound(work.caller)
    if name not in TABLES:
        raise Refused("figure_unknown", "There is no figure {figure}; there are {known}.", figure=name, known=", ".join(TABLES))
    kind, rows = TABLES[name]
    return table(kind, rows(answer(work, diversion_id)), form, f"{name}-{diversion_id}")


@router.post("/diversions/{diversion_id}/accept")
def accept(diversion_id: UUID, form: MessageForm, work: Planner) -> DiversionView:
    """Send the boxes where the proposal says: couriers and sites see their new lab at once."""
    refuse_bound(work.caller)
    content = form.model_dump() | {"diversion": diversion_id}
    if taken_first(work.connection, form.id, "diversion.accept", content, work.caller.name, work.now):
        actions.accept(work.connection, diversion_id, work.caller.name, work.now)
    return answer(work, diversion_id)


def answer(work: Work, diversion_id: UUID) -> DiversionView:
    """A proposal as it stands."""
    row = queries.diversion(work.connection, diversion_id)
    if row is None:
        raise actions.unknown(diversion_id)
    return DiversionView.model_validate(row._asdict() | {"late": row.inputs["late"], "room": row.inputs["room"]})
