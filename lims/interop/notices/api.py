"""Routes of notices: for officials, and for programs that ask instead of being told."""

from typing import Annotated

from fastapi import APIRouter, Query

from lims.custody.actions import taken_first
from lims.interop.notices import actions, lookup, queries
from lims.interop.notices.forms import HIGHEST, NoticeView, SeenForm
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.pages import Blank, Page

router = APIRouter(prefix="/reporting/api/notices", tags=["notices"])


@router.get("")
def notices(
    work: Annotated[Work, allow(Role.OFFICIAL, Role.INTEGRATION, using=Access.BENCH)],
    after: Annotated[int | None, Query(ge=1, le=HIGHEST), Blank] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[NoticeView]:
    """What the health authority was told, newest first; of the own lab or site for those bound to one."""
    shown, more = lookup.listed(work.connection, work.caller, after, limit)
    return Page(items=shown, next=str(more) if more else None)


@router.post("/seen", status_code=204)
def seen(form: SeenForm, work: Annotated[Work, allow(Role.OFFICIAL, using=Access.BENCH)]) -> None:
    """Take note of notices, by name."""
    wanted = set(form.notices)
    found = queries.known(work.connection, work.caller, wanted)
    if missing := sorted(wanted - {notice.number for notice in found}):
        raise Refused("not_found", "{what} is not known here.", what=f"Notice {missing[0]}")
    if taken_first(work.connection, form.id, "notice.seen", form.model_dump(), work.caller.name, work.now):
        actions.take_note(work.connection, found, work.caller.name, work.now)
