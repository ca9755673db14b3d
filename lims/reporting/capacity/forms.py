"""Shapes of capacities."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from lims.kernel.clock import Day
from lims.kernel.numbers import Whole
from lims.reporting.capacity.rules import Finding, Step
from lims.reporting.forms import EARLIEST, LATEST

Why = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f]*$")]


class DeclareForm(BaseModel):
    """What a lab declares from a day on, and why it changes."""

    model_config = ConfigDict(populate_by_name=True)

    id: UUID
    lab: str
    valid_from: Annotated[Day, Field(alias="from", ge=EARLIEST, le=LATEST)]
    tubes_per_day: Annotated[Whole, Field(ge=0, le=10_000_000)]
    why: Why


class Declaration(BaseModel):
    """One version of what a lab declares."""

    model_config = ConfigDict(populate_by_name=True)

    valid_from: Annotated[date, Field(serialization_alias="from")]
    version: int
    tubes_per_day: int
    declared_by: str | None
    declared_at: datetime | None
    why: str | None


class CapacityView(BaseModel):
    """A lab's three capacities in tubes a day, the step that limits the modelled one, and all that was declared, newest first."""

    lab: str
    name: str
    kind: str
    day: date
    declared: int | None
    best: int | None
    best_until: datetime | None
    modelled: int | None
    steps: dict[Step, int]
    bottleneck: Step | None
    finding: Finding
    declarations: list[Declaration]


class Capacities(BaseModel):
    """The labs."""

    items: list[CapacityView]
    next: None = None
