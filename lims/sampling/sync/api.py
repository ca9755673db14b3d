"""Routes of the sync and of its conflicts."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from lims.catalog import queries as catalog
from lims.kernel import ids
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.pages import Page
from lims.sampling.devices.actions import admitted
from lims.sampling.devices.carried import token_of
from lims.sampling.sync import conflicts
from lims.sampling.sync.actions import take
from lims.sampling.sync.desk import Desk, Sender
from lims.sampling.sync.forms import SyncAnswer, SyncForm

router = APIRouter(prefix="/sampling/api", tags=["sync"])
Sampler = Annotated[Work, allow(Role.SAMPLER, using=Access.FIELD)]
Supervisor = Annotated[Work, allow(Role.ADMIN, using=Access.FIELD)]


class ResolveForm(BaseModel):
    """What a supervisor decides of a conflict."""

    resolution: Annotated[str, Field(pattern="^(keep_stored|take_this)$")]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


def desk_of(work: Work) -> Desk:
    """Where this request's tubes are judged."""
    return Desk(work.connection, work.program.keys, catalog.current(work.connection), work.now)


@router.post("/sync", status_code=202)
def sync(form: SyncForm, request: Request, work: Sampler) -> SyncAnswer:
    """What a device has, as often as it likes, in any order, any number of times."""
    site = admitted(work.connection, token_of(request), form.device, work.caller, work.now)
    skew = int((form.sent_at - work.now).total_seconds()) if form.sent_at.tzinfo else 0
    sender = Sender(form.device, work.caller.name, site, skew)
    return SyncAnswer(receipt=ids.uuid7(work.now), tubes=take(desk_of(work), sender, form.tubes))


@router.get("/conflicts")
def list_conflicts(
    work: Supervisor, site: str | None = None, after: UUID | None = None, limit: Annotated[int, Field(ge=1, le=500)] = 50
) -> Page[dict[str, Any]]:
    """Open conflicts, oldest first: what was sent, and what is stored."""
    rows = conflicts.listed(work.connection, work.program.keys, work.caller.site or site, after, limit)
    return Page(items=rows, next=str(rows[-1]["id"]) if len(rows) == limit else None)


@router.post("/conflicts/{conflict_id}/resolve")
def resolve_conflict(conflict_id: UUID, form: ResolveForm, work: Supervisor) -> dict[str, Any]:
    """Keep the stored tube, or put the one that was sent in its place; either stays on record."""
    return conflicts.resolve(desk_of(work), conflict_id, form.resolution, form.reason, work.caller)
