"""Webhooks as whoever administers the program sees them: who is told of what, what waits, every attempt."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from lims.catalog import queries as catalog
from lims.interop.notices.forms import HIGHEST
from lims.interop.notices.rules import Kind
from lims.interop.subscribers import queries
from lims.interop.subscribers.actions import REMOVED
from lims.interop.subscribers.lookup import own
from lims.interop.subscribers.rules import BOTH_SIGN, unheard
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.pages import Blank
from lims.web.render import page

router = APIRouter(include_in_schema=False)
Administrator = Annotated[Work, allow(Role.ADMIN, using=Access.BENCH)]
LINES = 50
BACK = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3), timedelta(days=7), timedelta(days=30))


@router.get("/reporting/webhooks")
def webhooks(request: Request, work: Administrator) -> Response:
    """Every webhook, and the form for a new one."""
    own(work)
    known, rows = catalog.current(work.connection), [row for row in queries.subscribers(work.connection) if row.stopped_for != REMOVED]
    named = known.audiences_named(known.days(work.now)[0])
    facts = {
        "webhooks": rows,
        "kinds": list(Kind),
        "areas": known.areas,
        "audiences": named,
        "unheard": unheard(named, [row.audience for row in rows]),
        "mail": bool(work.program.settings.smtp_host),
        "now": work.now,
    }
    return page(request, "webhooks/webhooks.html", facts, caller=work.caller)


@router.get("/reporting/webhooks/{number}")
def webhook(
    request: Request, number: int, work: Administrator, after: Annotated[int | None, Query(ge=1, le=HIGHEST), Blank] = None
) -> Response:
    """One webhook: how it stands, what may be done with it, its log."""
    own(work)
    row = queries.subscriber(work.connection, number)
    lines = queries.log(work.connection, number, LINES + 1, after)
    facts = {
        "webhook": row,
        "removed": row.stopped_for == REMOVED,
        "log": lines[:LINES],
        "next": lines[LINES - 1].number if len(lines) > LINES else None,
        "areas": catalog.current(work.connection).areas,
        "back": [(pause, (work.now - pause).isoformat()) for pause in BACK],
        "both_sign_hours": BOTH_SIGN // timedelta(hours=1),
        "zone": work.program.settings.timezone,
        "now": work.now,
    }
    return page(request, "webhooks/webhook.html", facts, caller=work.caller)
