"""What may be asked about prevalences, and the shapes of answers."""

from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from lims.deconvolution.schemes.rules import Assay
from lims.kernel.errors import Refused
from lims.reporting.pooling_math.monitoring import Finding
from lims.reporting.pooling_math.pool_size import Limit, Why
from lims.reporting.prevalence.rules import Assumed

Percent = Annotated[float, Query(gt=0, le=100, allow_inf_nan=False)]
MOST_DAYS = 366
WHOLE = 100.0


class RangeView(BaseModel):
    """Shares between 0 and 1: the estimate, and between what the truth lies with 95 % confidence; of how many pools and people."""

    prevalence: float
    low: float
    high: float
    pools: int
    positive: int
    people: int


class HouseholdView(BaseModel):
    """Whole households in a pool: positive pools, how many strangers would have made at this prevalence, and the tests saved."""

    model_config = ConfigDict(from_attributes=True)

    positive: int
    expected_of_strangers: float
    tests_saved: float


class AreaView(BaseModel):
    """An area. `with_retests` also knows what single tests of positive pools said; `size` is the advice, `why` its stable word.

    `household` is told where the policy has whole households share a tube.
    """

    area: str
    estimate: RangeView | None
    with_retests: RangeView | None
    undecided: int
    contradicted: int
    size_now: int | None
    size: int | None
    why: Why | None
    limit: Limit | None
    household: HouseholdView | None


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


def refuse_days(first: date, last: date) -> None:
    """Refused where the days run backwards, or are more than a year."""
    if first > last:
        raise Refused("report_days_reversed", "The first day, {first}, lies after the last, {last}.", first=first, last=last)
    days = (last - first).days + 1
    if days > MOST_DAYS:
        raise Refused("report_too_long", "A report by {by} covers at most {most} days, not {days}.", by="area", most=MOST_DAYS, days=days)


def assumed_of(sensitivity: float, specificity: float, floor: float | None) -> Assumed:
    """What is assumed, by percents; Refused as an assay is."""
    return Assumed(assay_of(sensitivity, specificity), None if floor is None else floor / WHOLE)


def assay_of(sensitivity: float, specificity: float) -> Assay:
    """By percents; refused where a test of such an assay would tell nothing."""
    if sensitivity + specificity <= WHOLE:
        raise Refused(
            "assay_tells_nothing", "Sensitivity {sensitivity} % and specificity {specificity} % are not more than 100 % together.",
            sensitivity=sensitivity, specificity=specificity,
        )  # fmt: skip
    return Assay(sensitivity / WHOLE, specificity / WHOLE)
