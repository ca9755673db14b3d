"""Shapes of walls."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints


class WallForm(BaseModel):
    """A new wall: a UUIDv7 of the asking side, and where it hangs."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class WallView(BaseModel):
    """A wall; `link` is null once it was revoked."""

    id: UUID
    name: str
    lab: str | None
    site: str | None
    made_at: datetime
    made_by: str
    revoked_at: datetime | None
    revoked_by: str | None
    link: str | None
