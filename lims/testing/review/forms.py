"""Shapes of reviews."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field


class ReviewForm(BaseModel):
    """A reviewer's decision; `tubes` names those it is about, all of them (or all clean negatives) without."""

    id: UUID
    decision: Literal["approve", "reject"]
    tubes: Annotated[list[str], Field(min_length=1, max_length=384)] | None = None
    comment: Annotated[str, Field(max_length=500)] = ""
    at: AwareDatetime | None = None


class ReviewAnswer(BaseModel):
    """What this decision released and what it sent back."""

    released: list[str]
    returned: list[str]
