"""Shapes of rounds."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from lims.catalog.fields import Name, OnePlace, RoundName
from lims.kernel.clock import Day
from lims.kernel.numbers import Whole
from lims.reporting.forms import EARLIEST, LATEST


class ExpectForm(OnePlace):
    """How many people a round is for, in one area (with the areas in it) or at one site, and who says so."""

    model_config = ConfigDict(populate_by_name=True)

    id: UUID
    round: RoundName
    first_day: Annotated[Day, Field(alias="from", ge=EARLIEST, le=LATEST)]
    people: Annotated[Whole, Field(ge=1, le=100_000_000)]
    source: Name


@dataclass(frozen=True)
class RoundRow:
    """A round as a whole (no area, no site) or in one place: people of the day, people until its end, people expected, and their share."""

    round: str
    area: str | None
    site: str | None
    sampled_people_of_day: int
    sampled_people: int
    expected_people: int | None
    coverage: float | None
    source: str | None


class Rounds(BaseModel):
    """The rounds of a day."""

    items: list[RoundRow]
    next: None = None
