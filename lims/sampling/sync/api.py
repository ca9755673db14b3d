"""Routes of the sync and of its conflicts."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, SkipValidation, ValidationError

from lims.catalog import queries as catalog
from lims.kernel import ids
from lims.kernel.auth.door import Passage, Work, allow, allow_in_one_go
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.pages import Blank, Page
from lims.sampling.devices.actions import admitted
from lims.sampling.devices.carried import token_of
from lims.sampling.sync import conflicts
from lims.sampling.sync.actions import take
from lims.sampling.sync.desk import Desk, Sender
from lims.sampling.sync.files import NoOutboxError, messages
from lims.sampling.sync.forms import OutcomeForm, SyncAnswer, SyncForm

router = APIRouter(prefix="/sampling/api", tags=["sync"])
CrowdOfSamplers = Annotated[Passage, allow_in_one_go(Role.SAMPLER, using=Access.FIELD)]
MOST_BYTES = 16 * 2**20
Supervisor = Annotated[Work, allow(Role.ADMIN, using=Access.FIELD)]


class ResolveForm(BaseModel):
    """What a supervisor decides of a conflict."""

    resolution: Annotated[str, Field(pattern="^(keep_stored|take_this)$")]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


def desk_of(work: Work) -> Desk:
    """Where this request's tubes are judged."""
    return Desk(work.connection, work.program.keys, catalog.current(work.connection), work.now)


@router.post("/sync", status_code=202, response_model=SyncAnswer, openapi_extra={"requestBody": {"required": True}})
async def sync(
    request: Request,
    passage: CrowdOfSamplers,
    message: Annotated[SyncForm, SkipValidation] = None,  # type: ignore[assignment]  # whoever may not come in hears that, not what is missing
) -> Response:
    """What a device has, as often as it likes, in any order, any number of times."""

    def taken(work: Work) -> bytes:
        form = read(message)
        site = admitted(work.connection, token_of(request), form.device, work.caller, work.now)
        skew = int((form.sent_at - work.now).total_seconds()) if form.sent_at.tzinfo else 0
        sender = Sender(form.device, work.caller.name, site, skew)
        return SyncAnswer(receipt=ids.uuid7(work.now), tubes=take(desk_of(work), sender, form.tubes)).model_dump_json().encode()

    return Response(await passage.through(taken), status_code=202, media_type="application/json")


def read(message: object) -> SyncForm:
    """The message in its shape; inside the door, so that it is read on its thread, and for nobody who may not come in."""
    try:
        return SyncForm.model_validate(message)
    except ValidationError as wrong:
        raise RequestValidationError([error | {"loc": ("body", *error["loc"])} for error in wrong.errors()]) from None


@router.post("/sync/import")
def import_file(
    request: Request, file: UploadFile, work: Annotated[Work, allow(Role.SAMPLER, Role.ADMIN, using=Access.FIELD)]
) -> list[OutcomeForm]:
    """A device's outbox that came as a file or as scanned QR codes, as good as synced; again without effect. One outcome a tube."""
    content = file.file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Refused("outbox_too_large", "The file has more than {most} bytes; a device's outbox is far smaller.", most=MOST_BYTES)
    try:
        told = messages(content, work.program.keys)
    except NoOutboxError as wrong:
        raise Refused("outbox_unreadable", "This is no file that a device hands over ({fault}); choose another.", fault=wrong) from None
    desk, outcomes = desk_of(work), []
    for form in told:
        # A supervisor answers for what a device left behind that is out of use; a sampler for devices that are in use.
        site = work.caller.site
        if not work.caller.has(Role.ADMIN):
            site = admitted(work.connection, token_of(request), form.device, work.caller, work.now)
        outcomes += take(desk, Sender(form.device, work.caller.name, site), form.tubes)
    return outcomes


@router.get("/conflicts")
def list_conflicts(
    work: Supervisor,
    site: Annotated[str | None, Blank] = None,
    after: Annotated[UUID | None, Blank] = None,
    limit: Annotated[int, Field(ge=1, le=500)] = 50,
) -> Page[dict[str, Any]]:
    """Open conflicts, oldest first: what was sent, and what is stored."""
    rows = conflicts.listed(work.connection, work.program.keys, work.caller.site or site, after, limit)
    return Page(items=rows, next=str(rows[-1]["id"]) if len(rows) == limit else None)


@router.post("/conflicts/{conflict_id}/resolve")
def resolve_conflict(conflict_id: UUID, form: ResolveForm, work: Supervisor) -> dict[str, Any]:
    """Keep the stored tube, or put the one that was sent in its place; either stays on record."""
    return conflicts.resolve(desk_of(work), conflict_id, form.resolution, form.reason, work.caller)
