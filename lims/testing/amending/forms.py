"""Shapes of amendments."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from lims.custody.rules import Call
from lims.kernel.clock import Moment


class AmendForm(BaseModel):
    """A released result is to be that of `run`, or the `call` of the newest run in control that says so; `reason` stays on record."""

    id: UUID
    run: UUID | None = None
    call: Call | None = None
    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]
    at: Moment | None = None


class ReleaseView(BaseModel):
    """One release of a tube; of all of them one stands. `reason`: why the older one was amended, null for the first."""

    revision: int
    call: Call
    run: UUID
    imported_by: str
    released_by: str
    at: datetime
    reason: str | None
    stands: bool


class ResultView(BaseModel):
    """What was released of a tube, the newest first."""

    tube: str
    lab: str
    call: Call | None
    releases: list[ReleaseView]


class AmendmentView(BaseModel):
    """A result that was replaced by another: `was` before, `call` now."""

    tube: str
    lab: str
    site: str | None
    revision: int
    was: Call
    call: Call
    run: UUID
    reason: str
    amended_by: str
    at: datetime
    stands: bool
