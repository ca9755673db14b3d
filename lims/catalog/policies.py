"""What is in force from a day on: how many share a tube, how tubes travel, are kept and verified, how cases are handled. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True)
class PoolingPolicy:
    """From when, in which zone and for which group ("*" is everybody), how many may share a tube, and how long a recollection may take."""

    valid_from: date
    zone: str
    group: str
    pool_max: int
    household: bool
    source: str
    recollect_within_hours: int = 24
    sensitivity_floor: float | None = None  # the share of pools with one positive member that an advised size must find


@dataclass(frozen=True)
class TransportPolicy:
    """From when: for how many hours a box may be on its way, how cold and warm (°C) it may be, how old its tubes; who said so."""

    valid_from: date
    hours_at_most: float
    source: str
    coldest_c: float | None = None
    warmest_c: float | None = None
    tube_hours_at_most: float | None = None

    def allows(self, temperature_c: float) -> bool:
        """Whether a box may have this temperature."""
        too_cold = self.coldest_c is not None and temperature_c < self.coldest_c
        return not too_cold and not (self.warmest_c is not None and temperature_c > self.warmest_c)


@dataclass(frozen=True)
class TimeLimit:
    """From when, and within how many hours from receipt a class of tubes is to be released; a condition that is None does not matter."""

    valid_from: date
    name: str
    hours: float
    source: str
    recollection: bool | None = None
    kind: str | None = None
    zone: str | None = None
    site: str | None = None

    def due(self, received_at: datetime) -> datetime:
        """When a tube of the class that came at this moment is due."""
        return received_at + timedelta(hours=self.hours)

    def covers(self, kind: str | None, zone: str, site: str | None, *, recollection: bool) -> bool:
        """Whether a tube of this kind, zone and site belongs to the class."""
        asked = ((self.recollection, recollection), (self.kind, kind), (self.zone, zone), (self.site, site))
        return all(wanted is None or wanted == given for wanted, given in asked)


@dataclass(frozen=True)
class VerificationPolicy:
    """From when, which calls are verified with an assay that shares no target; `required`: not released before."""

    valid_from: date
    calls: tuple[str, ...]
    required: bool
    source: str


@dataclass(frozen=True)
class RetentionPolicy:
    """From when, and for how many days tubes are kept: after a negative result, after any other, after they were rejected.

    `people_days`: for how many days after sampling it is kept who was in a tube with a negative result; None is for ever.
    """

    valid_from: date
    negative_days: int
    other_days: int
    rejected_days: int
    source: str
    people_days: int | None = None

    def moments(self, now: datetime) -> tuple[datetime, datetime, datetime]:
        """Before when a tube must have been released negative, released otherwise, or rejected, to be old enough now."""
        negative, other, rejected = (now - timedelta(days=days) for days in (self.negative_days, self.other_days, self.rejected_days))
        return negative, other, rejected


@dataclass(frozen=True)
class CasePolicy:
    """From when, in which zone and for which group ("*" is everybody), how the case of a pool that is not negative is handled.

    `scheme`: how the members of an aliquot pool are found: `individual`, `choose` (they are kept until somebody has chosen), which one, or
    `recollect` (their people are sampled again, the kept tubes are not tested). `recollect_too`: both at once, and the first result of a
    member answers.
    `prevalence`, `sensitivity` and `specificity` are what costs are reckoned with beforehand; results never depend on them.
    """

    valid_from: date
    zone: str
    group: str
    source: str
    scheme: str = "individual"
    sub_pool_size: int | None = None
    most_stages: int | None = None
    verify_original: bool = False
    recollect_too: bool = False
    recollect_within_hours: int = 24
    retest_within_hours: int = 24
    tell: tuple[str, ...] = ()
    prevalence: float = 0.01
    sensitivity: float = 1.0
    specificity: float = 1.0

    @property
    def hours(self) -> int:
        """The shorter of its deadlines: by it one policy is stricter than another."""
        return min(self.recollect_within_hours, self.retest_within_hours)
