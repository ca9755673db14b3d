"""Shapes of runs."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel


class WellCall(BaseModel):
    """One well of a run: a tube with its call, or a control. Ct in cycles, null for no amplification."""

    well: str
    tube: str | None
    control: str | None = None
    call: str
    reasons: list[str]
    readings: dict[str, float | None]


class RunAnswer(BaseModel):
    """A run: its controls' verdict and its calls. `samples_named`: whether its file says what stands in its wells; null where unknown."""

    run: UUID
    plate: str
    format: str
    instrument: str | None
    sha256: str
    at: datetime
    imported_at: datetime
    imported_by: str
    already_imported: bool
    control_verdict: str
    readings: int
    samples_named: bool | None
    reasons: list[dict[str, Any]]
    lots: list[UUID]
    calls: list[WellCall]


class WaitingAnswer(BaseModel):
    """A file of one filter, kept until the files of the other filters are there."""

    run: None = None
    plate: str
    format: str
    sha256: str
    already_imported: bool
    control_verdict: Literal["waiting"] = "waiting"
    waits_for: list[str]
    reasons: list[dict[str, Any]] = []
    calls: list[WellCall] = []
