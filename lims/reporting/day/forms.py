"""Shapes of the day's tables as files, and what may be asked of the page."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field

from lims.kernel.pages import Blank
from lims.reporting.forms import EARLIEST, LATEST

Place = Annotated[Annotated[str, Field(max_length=64)] | None, Blank, Query()]


class RowsAsked(BaseModel):
    """Which tubes are asked for: those behind a figure of some days, of a lab, site or area, in their order.

    Of one day also those of an hour, or `until` an hour; of what stands those that are so many hours old; of rejections those for a reason;
    of those sampled those for a round (empty: for none that is named); of all figures those that a table `by` lab, site or area counts
    in the line of a `key` (without: of none that is known). Of an area they are also those of the areas in it, but where it is meant
    `alone`. They go on after the tube `after`, which counts since `after_at`.
    """

    figure: str = Field(max_length=40)
    day: date | None = Field(None, ge=EARLIEST, le=LATEST)
    to: date | None = Field(None, ge=EARLIEST, le=LATEST)
    round: str | None = Field(None, max_length=100)
    hour: int | None = Field(None, ge=0, le=23)
    until: int | None = Field(None, ge=0, le=24)
    older: float | None = Field(None, ge=0, le=1e6)
    younger: float | None = Field(None, ge=0, le=1e6)
    reason: str | None = Field(None, max_length=40)
    by: Literal["lab", "site", "area"] | None = None
    key: Annotated[str | None, Field(max_length=64), Blank] = None
    lab: Annotated[str | None, Blank] = None
    site: Annotated[str | None, Blank] = None
    area: Annotated[str | None, Blank] = None
    alone: bool | None = None
    after: str | None = Field(None, max_length=64)
    after_at: AwareDatetime | None = None

    @property
    def narrowed(self) -> dict[str, Any]:
        """The words that narrow the figure, without day and place: another page of its tubes is asked for with them, and its file."""
        return self.model_dump(exclude={"day", "lab", "site", "area", "after", "after_at"})


@dataclass(frozen=True)
class TubeRow:
    """A tube behind a figure; nobody's name. `people`: those in it, of figures of people those who count."""

    barcode: str
    kind: str | None
    people: int
    places: int | None
    site: str | None
    lab: str | None
    sealed_at: datetime | None
    dispatched_at: datetime | None
    received_at: datetime | None
    tested_at: datetime | None
    released_at: datetime | None
    call: str | None
    rejected_at: datetime | None
    reason: str | None


@dataclass(frozen=True)
class LegRow:
    """How long a leg of a path took: minutes within which half, 90 % and 99 % of the tubes passed it."""

    path: str
    leg: str
    tubes: int
    minutes_p50: float
    minutes_p90: float
    minutes_p99: float


@dataclass(frozen=True)
class AgeRow:
    """Tubes that stand in the labs since so many hours; `to_hours` is blank where the band is open. `late` are over their time limit."""

    from_hours: float
    to_hours: float | None
    tubes: int
    late: int


@dataclass(frozen=True)
class RefusedRow:
    """Tubes of a site that came to no result, and why: a rejection reason, or invalid."""

    site: str | None
    reason: str
    tubes: int
    people: int


@dataclass(frozen=True)
class HourRow:
    """How many tubes had passed each stage by the end of an hour, those included that were under way when the day began."""

    until_hour: int
    collected: int
    dispatched: int
    received: int
    tested: int
    out: int
    backlog: int


@dataclass(frozen=True)
class ComparedRow:
    """A figure beside that of the day before and of a week before."""

    figure: str
    now: int
    yesterday: int
    last_week: int
