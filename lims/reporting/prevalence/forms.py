"""What may be asked about prevalences, and the shapes of answers."""

from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel

from lims.kernel.errors import Refused
from lims.reporting.pooling_math.monitoring import Finding
from lims.reporting.pooling_math.pool_size import Limit, Why
from lims.reporting.prevalence.rules import Assumed

Percent = Annotated[float, Query(gt=0, le=100, allow_inf_nan=False)]
MOST_DAYS = 366


class RangeView(BaseModel):
    """Shares between 0 and 1: the estimate, and between what the truth lies with 95 % confidence; of how many pools and people."""

    prevalence: float
    low: float
    high: float
    pools: int
    positive: int
    people: int


class AreaView(BaseModel):
    """An area. `with_retests` also knows what single tests of positive pools said; `size` is the advice, `why` its stable word."""

    area: str
    estimate: RangeView | None
    with_retests: RangeView | None
    undecided: int
    contradicted: int
    size_now: int | None
    size: int | None
    why: Why | None
    limit: Limit | None


class WeekView(RangeView):
    """A week by its Monday."""

    week: date


class LabWatchView(BaseModel):
    """The moving rate of positive people of a lab, and what is wrong."""

    lab: str
    pooling_since: date
    days: int
    rate: float | None
    single_rate: float | None
    first_rate: float | None
    findings: list[Finding]


class PrevalenceView(BaseModel):
    """What the pools of some days say."""

    total: RangeView | None
    areas: list[AreaView]
    weeks: list[WeekView]
    labs: list[LabWatchView]


def days_within(first: date, last: date) -> tuple[date, date]:
    """The days asked for; refused where they run backwards or are more than a year."""
    if first > last:
        raise Refused("range_invalid", "The range ends before it begins: {first} to {last}.", first=first, last=last)
    if (last - first).days >= MOST_DAYS:
        raise Refused("range_invalid", "At most {most} days at once.", most=MOST_DAYS)
    return first, last


def assumed_of(sensitivity: float, specificity: float, floor: float | None) -> Assumed:
    """Percents as asked for; refused where a test would tell nothing."""
    from lims.deconvolution.schemes.rules import Assay  # noqa: PLC0415

    if sensitivity + specificity <= 100:  # noqa: PLR2004 — percents
        raise Refused("assay_tells_nothing", "Sensitivity and specificity must be more than 100 % together.")
    return Assumed(Assay(sensitivity / 100, specificity / 100), floor / 100 if floor is not None else None)
