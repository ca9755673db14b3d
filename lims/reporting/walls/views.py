"""Walls as their keepers see them."""

from dataclasses import asdict
from typing import Annotated

from fastapi import Request

from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.reporting.walls import queries
from lims.reporting.walls.forms import WallView
from lims.reporting.walls.rules import Known, link
from lims.web.address import public_address

Keeper = Annotated[Work, allow(Role.OFFICIAL, Role.ADMIN, using=Access.BENCH)]


def mine(request: Request, work: Work) -> list[WallView]:
    """The walls that are the caller's business: those in use, then the revoked ones."""
    return [view(request, work, wall) for wall in queries.walls(work.connection) if wall.reached_by(work.caller)]


def view(request: Request, work: Work, wall: Known) -> WallView:
    """One wall with its link."""
    address = link(public_address(request), work.program.keys, wall.id) if wall.revoked_at is None else None
    return WallView(**asdict(wall), link=address)
