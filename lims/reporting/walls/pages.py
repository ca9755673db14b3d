"""The wall itself, for whoever has a link or is signed in, and the page on which links are made and revoked."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from lims.kernel.auth.door import Work, allow, everyone
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.reporting.day.asking import asked
from lims.reporting.pages import facts_of
from lims.reporting.walls import queries
from lims.reporting.walls.rules import Known, Theme, refuse_closed
from lims.reporting.walls.views import Keeper, mine
from lims.web.render import page

MOST_LABS = 6  # as many bars as a screen holds that is read from five metres
router = APIRouter(include_in_schema=False)
Official = Annotated[Work, allow(Role.OFFICIAL, using=Access.REPORTS)]
Onlooker = Annotated[Work, everyone(Access.REPORTS, "a screen on a wall has nobody to sign in; its signed link opens sums and no person")]


@router.get("/reporting/walls")
def walls(request: Request, work: Keeper) -> Response:
    """The links, and how to make one."""
    return page(request, "reporting/walls.html", {"walls": mine(request, work), "themes": list(Theme)}, caller=work.caller)


@router.get("/reporting/wall")
def wall(request: Request, work: Official, theme: Theme = Theme.SYSTEM) -> Response:
    """Today in large figures, for a screen that nobody touches: it refreshes itself."""
    return drawn(request, work, theme)


@router.get("/reporting/wall/{wall_id}/{key}")
def linked(wall_id: UUID, key: str, request: Request, work: Onlooker, theme: Theme = Theme.SYSTEM) -> Response:
    """The same without anybody signed in: the link says which wall it is."""
    known = refuse_closed(stored(work, wall_id), key, work.program.keys)
    return drawn(request, replace(work, caller=known.onlooker), theme)


def stored(work: Work, wall_id: UUID) -> Known | None:
    """The wall. A standby does not know yet what was revoked just now, so the database itself is asked."""
    if not work.program.database.reads_elsewhere(Access.REPORTS):
        return queries.wall(work.connection, wall_id)
    with work.program.database.transaction(Access.BENCH) as own:
        return queries.wall(own, wall_id)


def drawn(request: Request, work: Work, theme: Theme) -> Response:
    """What the caller may see of today."""
    about = asked(work, None, None, lab=None, site=None, area=None)
    facts = facts_of(work, about)
    labs = [lab for lab in facts["labs"] if lab.lab]
    fullest = sorted(labs, key=lambda lab: (-(lab.utilisation or 0), -lab.tested_tubes, lab.lab or ""))
    more = {"fullest": fullest[:MOST_LABS], "more_labs": len(labs[MOST_LABS:]), "theme": theme, "sounds": bool(work.caller.roles)}
    return page(request, "reporting/wall.html", facts | more)
