"""Shapes of judging again."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from lims.kernel.clock import Day
from lims.kernel.numbers import Whole

Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]


class RejudgeForm(BaseModel):
    """Compare the released results of a lab's days (of the run; both included) by another version of their assay."""

    id: UUID
    lab: str
    assay: str
    from_version: Whole
    to_version: Whole
    since: Day
    until: Day
    reason: Reason


class DecideForm(BaseModel):
    """Apply one change as an amendment, or reject it."""

    id: UUID
    tube: str
    decision: Literal["apply", "reject"]
    reason: Reason


class ChangeView(BaseModel):
    """One result: before, after, and what was decided."""

    tube: str
    well: str
    run: UUID
    was: str
    call: str
    reasons: list[str]
    controls_passed: bool
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None
    why: str | None


class RejudgementView(BaseModel):
    """What was asked, and every difference."""

    id: UUID
    lab: str
    assay: str
    from_version: int
    to_version: int
    since: date
    until: date
    reason: str
    runs: int
    tubes: int
    started_at: datetime
    started_by: str
    changes: list[ChangeView]
