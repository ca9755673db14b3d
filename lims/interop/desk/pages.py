"""The officials' list of notices: newest first, with a sound when one comes."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from lims.catalog import queries as catalog
from lims.interop.notices import lookup, queries
from lims.interop.notices.forms import HIGHEST
from lims.interop.notices.wording import sentence
from lims.interop.subscribers import queries as subscribers
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.pages import Blank
from lims.web.language import language_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)
SHOWN = 50


@router.get("/reporting/notices")
def notices(
    request: Request,
    work: Annotated[Work, allow(Role.OFFICIAL, using=Access.BENCH)],
    after: Annotated[int | None, Query(ge=1, le=HIGHEST), Blank] = None,
) -> Response:
    """What there is to know of cases, newest first."""
    shown, more = lookup.listed(work.connection, work.caller, after, SHOWN)
    known, language = catalog.current(work.connection), language_of(request)
    facts = {
        "notices": [(notice, sentence(notice.kind, notice.data, language)) for notice in shown],
        "unseen": queries.unseen(work.connection, work.caller),
        "stopped": subscribers.stopped(work.connection),
        "sites": known.sites,
        "labs": known.labs,
        "zone": work.program.settings.timezone,
        "first_page": after is None,
        "next": more,
    }
    return page(request, "notices/notices.html", facts, caller=work.caller)
