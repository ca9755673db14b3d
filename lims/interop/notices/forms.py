"""Shapes of notices."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from lims.kernel.numbers import Whole

HIGHEST = 2**63 - 1


class SeenView(BaseModel):
    """Who took note, and when."""

    by: str
    at: datetime


class NoticeView(BaseModel):
    """A notice; `data` is what webhooks carry, `tell` whom the policy of its case names (none: everybody is told)."""

    number: int
    id: UUID
    kind: str
    at: datetime
    told_at: datetime
    data: dict[str, Any]
    tell: list[str]
    seen: list[SeenView]


class SeenForm(BaseModel):
    """Notices that somebody has seen, by their numbers."""

    id: UUID
    notices: Annotated[list[Annotated[Whole, Field(ge=1, le=HIGHEST)]], Field(min_length=1, max_length=500)]
