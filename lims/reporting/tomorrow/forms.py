"""The shape of an outlook."""

from datetime import datetime

from pydantic import BaseModel


class RangeView(BaseModel):
    """At least, most likely, at most."""

    low: float
    expected: float
    high: float


class HourView(BaseModel):
    """One hour of a lab, in tubes: what comes, what can be tested, what waits at its end."""

    begins: datetime
    ends: datetime
    arrivals: RangeView
    capacity: float | None
    queue: RangeView


class OverflowView(BaseModel):
    """From when on tubes come that are late, and how many at the worst of it."""

    at: datetime
    tubes: float


class LabView(BaseModel):
    """A lab until the end of tomorrow; `headroom` is the prevalence (0 to 1) at which retests eat the spare capacity of tomorrow.

    `retests`: the wells that its pools of tomorrow need for them, in nine of ten cases between `low` and `high`.
    """

    lab: str
    waiting: int
    clears: datetime | None
    clears_latest: datetime | None
    overflow: OverflowView | None
    may_overflow: OverflowView | None
    capacity_tomorrow: int | None
    headroom: float | None
    pools_tomorrow: int
    retests: RangeView
    hours: list[HourView]


class TogetherView(BaseModel):
    """Of all labs: pools of the last seven days, pools of tomorrow, the wells that their retests need, and what there is for them."""

    pools_seen: int
    pools_positive: int
    pools_tomorrow: int
    retests: RangeView
    capacity_tomorrow: int
    headroom: float | None


class OutlookView(BaseModel):
    """The labs until the end of tomorrow; `together` is null for whoever is bound to one lab."""

    now: datetime
    until: datetime
    limit_hours: float
    together: TogetherView | None
    labs: list[LabView]
