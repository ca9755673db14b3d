"""Shapes of reviews."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from lims.custody.rules import RepeatReason
from lims.kernel import barcodes
from lims.kernel.clock import Moment


class ReviewForm(BaseModel):
    """A reviewer's decision; `tubes` names those it is about, all of them (or all clean negatives) without.

    `reason` of a `reject`: a plain repeat, from the liquid again, or verification with an assay that shares no target.
    """

    id: UUID
    decision: Literal["approve", "reject"]
    tubes: Annotated[list[str], Field(min_length=1, max_length=384)] | None = None
    comment: Annotated[str, Field(max_length=500)] = ""
    reason: RepeatReason | None = None
    at: Moment | None = None

    def normalised(self) -> Self:
        """The same with its tubes as scanned ones are written: whoever names a tube may scan it, too."""
        return self.model_copy(update={"tubes": self.tubes and [barcodes.normalise(tube) for tube in self.tubes]})

    def said(self) -> dict[str, Any]:
        """What the message says; a newer field that is not used is left out, so that an old message repeated is the same."""
        return self.model_dump(exclude={"reason"} if self.reason is None else set())


class ReExtractForm(BaseModel):
    """The tubes of a batch are to be extracted again; `note` says why, and must where no control of the batch has failed."""

    id: UUID
    note: Annotated[str, Field(max_length=500)] = ""
    at: Moment | None = None


class ReExtractAnswer(BaseModel):
    """The tubes that wait again, and those that were released before the batch was known to be invalid."""

    returned: list[str]
    released: list[str]


class SettleForm(BaseModel):
    """What is done about results that had left the lab before their batch was found invalid."""

    id: UUID
    decision: Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]
    at: Moment | None = None


class ReviewAnswer(BaseModel):
    """What this decision released and what it sent back."""

    released: list[str]
    returned: list[str]
