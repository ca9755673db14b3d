"""The figures of a report, in the order of its columns. Every count is of tubes or people; units end the names of the rest."""

from dataclasses import dataclass
from datetime import date

from lims.reporting.rules import By


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What happened in a local day or hour, and what stood at its end (or stands now, if that is earlier).

    Flows: collected to rejected, retests, people_positive. Standing at the end: backlog, in transit, cases, people_verifying.
    Ratios and times are None where there is nothing to divide or to time.
    """

    collected_tubes: int = 0
    collected_people: int = 0
    dispatched_tubes: int = 0
    received_tubes: int = 0
    received_people: int = 0
    tested_tubes: int = 0
    tested_people: int = 0
    released_tubes: int = 0
    released_people: int = 0
    negative_tubes: int = 0
    nonnegative_tubes: int = 0
    retest_tubes: int = 0
    rejected_tubes: int = 0
    invalid_tubes: int = 0
    capacity_tubes: int | None = None
    utilisation: float | None = None
    backlog_tubes: int = 0
    oldest_backlog_minutes: float | None = None
    in_transit_tubes: int = 0
    fill_rate: float | None = None
    turnaround_minutes_p50: float | None = None
    turnaround_minutes_p90: float | None = None
    turnaround_minutes_p99: float | None = None
    open_cases: int = 0
    people_verifying: int = 0
    people_positive: int = 0


# Dataclasses list the fields of their last base first: a line begins with its place and goes on with the figures.
@dataclass(frozen=True, kw_only=True)
class OnDay:
    """A local day."""

    day: date


@dataclass(frozen=True, kw_only=True)
class InHour(OnDay):
    """A local hour, 0 to 23."""

    hour: int


@dataclass(frozen=True, kw_only=True)
class OfLab(OnDay):
    """A lab on a day; null are the tubes of which no lab is known yet."""

    lab: str | None
    name: str | None


@dataclass(frozen=True, kw_only=True)
class OfSite(OnDay):
    """A site on a day; null are the tubes that nobody has registered yet."""

    site: str | None
    name: str | None


@dataclass(frozen=True, kw_only=True)
class OfArea(OnDay):
    """The sites of an area on a day (not of the areas within it, so that the lines add up); null are unregistered tubes."""

    area: str | None
    name: str | None


@dataclass(frozen=True, kw_only=True)
class DayLine(Figures, OnDay):
    """All labs and sites on a day."""


@dataclass(frozen=True, kw_only=True)
class HourLine(Figures, InHour):
    """All labs and sites in an hour. Its capacity is a day's, divided by 24."""


@dataclass(frozen=True, kw_only=True)
class LabLine(Figures, OfLab):
    """One lab on a day."""


@dataclass(frozen=True, kw_only=True)
class SiteLine(Figures, OfSite):
    """One site on a day."""


@dataclass(frozen=True, kw_only=True)
class AreaLine(Figures, OfArea):
    """One area on a day."""


Line = DayLine | HourLine | LabLine | SiteLine | AreaLine
KINDS: dict[By, type[Line]] = {By.DAY: DayLine, By.HOUR: HourLine, By.LAB: LabLine, By.SITE: SiteLine, By.AREA: AreaLine}
