"""Routes of walls."""

from uuid import UUID

from fastapi import APIRouter, Request

from lims.custody.actions import taken_first
from lims.reporting.walls import actions
from lims.reporting.walls.forms import WallForm, WallView
from lims.reporting.walls.views import Keeper, mine, view

router = APIRouter(prefix="/reporting/api", tags=["walls"])


@router.post("/walls", status_code=201)
def make(form: WallForm, request: Request, work: Keeper) -> WallView:
    """Hang a wall up; again under the same id without effect."""
    if taken_first(work.connection, form.id, "wall.make", form.model_dump(), work.caller.name, work.now):
        actions.make(work.connection, form.id, form.name, work.caller, work.now)
    return view(request, work, actions.reached(work.connection, form.id, work.caller))


@router.get("/walls")
def list_walls(request: Request, work: Keeper) -> list[WallView]:
    """The walls that are the caller's business: those in use with their links, then the revoked ones."""
    return mine(request, work)


@router.post("/walls/{wall}/revoke")
def revoke(wall: UUID, request: Request, work: Keeper) -> WallView:
    """Take a wall down; again without effect."""
    actions.revoke(work.connection, wall, work.caller, work.now)
    return view(request, work, actions.reached(work.connection, wall, work.caller))
