"""Routes of webhooks: for whoever administers the whole program."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from lims.custody.actions import taken_first
from lims.interop.notices.forms import HIGHEST
from lims.interop.subscribers import actions, queries
from lims.interop.subscribers.forms import (
    AddForm,
    AttemptView,
    OrderForm,
    ReplayForm,
    ReplayView,
    SecretView,
    StopForm,
    WebhookView,
    attempt,
    webhook,
)
from lims.interop.subscribers.lookup import own
from lims.interop.subscribers.rules import MAIL
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.pages import Blank, Page
from lims.reporting.downloads import download
from lims.reporting.forms import Form
from lims.reporting.rules import Format

router = APIRouter(prefix="/reporting/api/webhooks", tags=["webhooks"])
Administrator = Annotated[Work, allow(Role.ADMIN, using=Access.BENCH)]
MOST_LINES = 10_000


@router.get("")
def webhooks(work: Administrator) -> Page[WebhookView]:
    """Every webhook, removed ones too: the log names them."""
    own(work)
    return Page(items=[webhook(row) for row in queries.subscribers(work.connection)], next=None)


@router.post("")
def add(form: AddForm, work: Administrator) -> SecretView:
    """Send notices to an address from now on."""
    own(work)
    if not taken_first(work.connection, form.id, "webhook.add", form.model_dump(), work.caller.name, work.now):
        return SecretView(number=queries.added_as(work.connection, form.id), secret=None)
    number, secret = actions.add(work.connection, work.program, form.address, form.wish, work.caller.name, work.now, form.id)
    return SecretView(number=number, secret=None if form.address.startswith(MAIL) else secret)


@router.get("/{number}/log", response_model=Page[AttemptView])
def log(
    number: int,
    work: Administrator,
    after: Annotated[int | None, Query(ge=1, le=HIGHEST), Blank] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    form: Form = Format.JSON,
) -> Page[AttemptView] | Response:
    """Every attempt to send, newest first; as a spreadsheet the last ten thousand."""
    own(work)
    queries.subscriber(work.connection, number)
    if form is not Format.JSON:
        last = [attempt(row) for row in queries.log(work.connection, number, MOST_LINES, after)]
        return download(AttemptView, last, form, "log", f"webhook-{number}-log.{form.value}")
    rows = queries.log(work.connection, number, limit + 1, after)
    return Page(items=[attempt(row) for row in rows[:limit]], next=str(rows[limit - 1].number) if len(rows) > limit else None)


@router.post("/{number}/rotate")
def rotate(number: int, form: OrderForm, work: Administrator) -> SecretView:
    """A new secret; the old one signs beside it for a day."""
    own(work)
    row = queries.subscriber(work.connection, number)
    new = taken_first(work.connection, form.id, "webhook.rotate", form.model_dump() | {"number": number}, work.caller.name, work.now)
    secret = actions.rotate(work.connection, work.program.keys, row, work.caller.name, work.now) if new else None
    return SecretView(number=number, secret=secret)


@router.post("/{number}/stop")
def stop(number: int, form: StopForm, work: Administrator) -> WebhookView:
    """Tell it nothing for now; what is due stays due."""
    own(work)
    queries.subscriber(work.connection, number)
    if taken_first(work.connection, form.id, "webhook.stop", form.model_dump() | {"number": number}, work.caller.name, work.now):
        actions.stop(work.connection, number, form.reason, work.caller.name, work.now)
    return webhook(queries.subscriber(work.connection, number))


@router.post("/{number}/remove")
def remove(number: int, form: OrderForm, work: Administrator) -> WebhookView:
    """Tell it nothing more; its log stays."""
    own(work)
    queries.subscriber(work.connection, number)
    if taken_first(work.connection, form.id, "webhook.remove", form.model_dump() | {"number": number}, work.caller.name, work.now):
        actions.stop(work.connection, number, actions.REMOVED, work.caller.name, work.now)
    return webhook(queries.subscriber(work.connection, number))


@router.post("/{number}/resume")
def resume(number: int, form: OrderForm, work: Administrator) -> WebhookView:
    """Tell it again, from what is due on."""
    own(work)
    queries.subscriber(work.connection, number)
    if taken_first(work.connection, form.id, "webhook.resume", form.model_dump() | {"number": number}, work.caller.name, work.now):
        actions.resume(work.connection, number, work.caller.name, work.now)
    return webhook(queries.subscriber(work.connection, number))


@router.post("/{number}/replay")
def replay(number: int, form: ReplayForm, work: Administrator) -> ReplayView:
    """Send everything once more that was told from a moment on, under the same ids."""
    own(work)
    row = queries.subscriber(work.connection, number)
    if not taken_first(work.connection, form.id, "webhook.replay", form.model_dump() | {"number": number}, work.caller.name, work.now):
        return ReplayView(notices=len(queries.due_to(work.connection, [row], queries.notices_since(work.connection, form.since))))
    return ReplayView(notices=actions.replay(work.connection, row, form.since, work.caller.name, work.now))
