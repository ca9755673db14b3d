"""Shapes of reviews."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from lims.custody.rules import RepeatReason


class ReviewForm(BaseModel):
    """A reviewer's decision; `tubes` names those it is about, all of them (or all clean negatives) without.

    `reason` of a `reject`: a plain repeat, from the liquid again, or verification with an assay that shares no target.
    """

    id: UUID
    decision: Literal["approve", "reject"]
    tubes: Annotated[list[str], Field(min_length=1, max_length=384)] | None = None
    comment: Annotated[str, Field(max_length=500)] = ""
    reason: RepeatReason | None = None
    at: AwareDatetime | None = None

    def said(self) -> dict[str, Any]:
        """What the message says; a newer field that is not used is left out, so that an old message repeated is the same."""
        return self.model_dump(exclude={"reason"} if self.reason is None else set())


class ReExtractForm(BaseModel):
    """The tubes of a batch are to be extracted again; `note` says why, and must where no control of the batch has failed."""

    id: UUID
    note: Annotated[str, Field(max_length=500)] = ""
    at: AwareDatetime | None = None


class ReExtractAnswer(BaseModel):
    """The tubes that wait again, and those that were released before the batch was known to be invalid."""

    returned: list[str]
    released: list[str]


class SettleForm(BaseModel):
    """What is done about results that had left the lab before their batch was found invalid."""

    id: UUID
    decision: Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]
    at: AwareDatetime | None = None


class ReviewAnswer(BaseModel):
    """What this decision released and what it sent back."""

    released: list[str]
    returned: list[str]
