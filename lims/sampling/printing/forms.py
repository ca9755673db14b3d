"""Shapes of print requests."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

Sentence = Annotated[str, Field(min_length=1, max_length=500)]


class JobForm(BaseModel):
    """What is to be printed; without `first` and `last` the whole range. `id` makes the request repeatable."""

    id: UUID | None = None
    range: UUID
    first: str | None = None
    last: str | None = None
    template: str = "tube_35x30"
    format: Literal["zpl", "tspl"] = "zpl"
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
    most: Annotated[int, Field(ge=1, le=500)] = 25


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
    """The last label that came out, scanned; null where none of those in doubt did."""

    scanned: str | None


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
