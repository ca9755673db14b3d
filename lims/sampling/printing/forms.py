"""Shapes of print requests."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from lims.kernel.numbers import Whole

Sentence = Annotated[str, Field(min_length=1, max_length=500)]


@dataclass(frozen=True)
class Part:
    """A part of a range: from `first` to `last`, or `count` labels from `first`."""

    first: str | None = None
    last: str | None = None
    count: Annotated[int | None, Field(ge=1, le=10_000)] = None

    @property
    def said(self) -> str:
        """The part in words, for a refusal."""
        return f"{self.first or '…'}-{self.last or '…'}" + (f" ({self.count})" if self.count else "")


class JobForm(BaseModel):
    """What is to be printed: the whole range, or from `first` to `last`, or `count` labels from `first`.

    `printer` is the only one that gets it, in what it speaks if `format` says nothing; `id` makes the request repeatable.
    """

    id: UUID | None = None
    range: UUID
    first: str | None = None
    last: str | None = None
    count: Annotated[Whole | None, Field(ge=1, le=10_000)] = None
    printer: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    template: str = "tube_35x30"
    format: Literal["zpl", "tspl"] | None = None
    dpi: Literal[203, 300] | None = None
    text: Annotated[str, Field(max_length=200)] = ""
    reprint_reason: Annotated[str | None, Field(max_length=500)] = None


class LabelRun(BaseModel):
    """Consecutive labels, both ends included."""

    first: str
    last: str
    count: int


class StateRun(LabelRun):
    """Consecutive labels of one state."""

    state: str
    reason: str | None = None


class JobAnswer(BaseModel):
    """A print job, and the state of each of its labels."""

    id: UUID
    site: str
    range: UUID
    first: str
    last: str
    count: int
    printed: int
    state: str
    template: str
    format: str
    wanted: str | None
    printer: str | None
    trouble: str | None
    reprint_reason: str | None
    labels: list[StateRun]


class NextAnswer(BaseModel):
    """What a printer should do next; null where there is nothing."""

    job: JobAnswer | None


class TakeForm(BaseModel):
    """A printer asks for the next labels of a job; `id` makes the request repeatable, `printer` is its lasting name."""

    id: UUID
    printer: Annotated[str, Field(min_length=1, max_length=200)]
    most: Annotated[Whole, Field(ge=1, le=500)] = 25


class TakeAnswer(BaseModel):
    """Labels to print now, as the printer understands them (base64); none where the job is broken."""

    state: str
    labels: list[str]
    content: str
    left: int = 0


class OutcomeForm(BaseModel):
    """What became of a take."""

    id: UUID
    outcome: Literal["printed", "failed"]
    detail: Annotated[str, Field(max_length=500)] = ""


class ResumeForm(BaseModel):
    """The last label that came out, scanned; null, said openly, where none of those in doubt did."""

    scanned: str | None = None
    none_came_out: bool = False

    @model_validator(mode="after")
    def something_is_said(self) -> Self:
        """An empty message is no word of an operator."""
        if "scanned" not in self.model_fields_set and not self.none_came_out:
            raise ValueError("scan the last label that came out, or say that none did")
        return self


class PrinterForm(BaseModel):
    """A printer of a site: what it speaks, and whether labels go to it unless another is chosen."""

    site: str
    name: Annotated[str, Field(min_length=1, max_length=200)]
    format: Literal["zpl", "tspl"] = "zpl"
    dpi: Literal[203, 300] = 203
    usual: bool = False


class ReasonForm(BaseModel):
    """Why."""

    reason: Sentence


class VoidForm(BaseModel):
    """Labels that will never be used."""

    first: str
    last: str | None = None
    reason: Sentence


class LedgerJob(BaseModel):
    """One print of a block."""

    id: UUID
    by: str
    at: datetime
    printer: str | None
    first: str
    last: str
    state: str
    reprint_reason: str | None


class LedgerLine(BaseModel):
    """A block of labels: who took it, what was printed, and what became of every label; each stands under one name."""

    range: UUID
    kind: str
    first: str
    last: str
    count: int
    reserved_by: str
    reserved_at: datetime
    jobs: list[LedgerJob]
    used: int
    void: int
    in_doubt: int
    not_printed: int
    in_stock: int
    unexplained: int
    gaps: list[StateRun]


class LedgerAnswer(BaseModel):
    """The ledger of a site."""

    items: list[LedgerLine]
    next: str | None = None
