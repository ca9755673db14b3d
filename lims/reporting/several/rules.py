"""With which days some days are compared, and what comes of them together. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from lims.reporting.rules import DAY

DAYS_OF_A_WEEK = 7
# Of more days than a month nobody reads reasons site by site; a year of them would take seconds to add up.
MOST_DAYS = 31
# What is compared: everything that may be added up over days.
FIGURES = (
    "collected_tubes", "collected_people", "received_tubes", "tested_tubes", "released_tubes", "nonnegative_tubes", "rejected_tubes",
    "people_positive",
)  # fmt: skip


@dataclass(frozen=True)
class Days:
    """From a first to a last day, both included."""

    first: date
    last: date

    @property
    def count(self) -> int:
        """How many there are."""
        return (self.last - self.first).days + 1

    @property
    def each(self) -> list[date]:
        """All of them."""
        return [self.first + number * DAY for number in range(self.count)]

    def earlier(self, days: int) -> "Days":
        """As many, so many days before."""
        return Days(self.first - days * DAY, self.last - days * DAY)


@dataclass(frozen=True)
class Spells:
    """Days that are over, the days right before them, and the same weekdays as many weeks before as they are long."""

    now: Days
    before: Days
    weeks_before: Days

    @property
    def weeks(self) -> int:
        """How many weeks lie between."""
        return (self.now.first - self.weeks_before.first).days // DAYS_OF_A_WEEK


@dataclass(frozen=True)
class Beside:
    """A figure summed over each of the three spells."""

    figure: str
    now: int
    before: int
    weeks_before: int

    @property
    def changes(self) -> tuple[float | None, float | None]:
        """The difference to either as a share of what it was; None where it was nothing."""
        return share_of(self.now, self.before), share_of(self.now, self.weeks_before)


def share_of(now: int, before: int) -> float | None:
    """How much more it is, as a share."""
    return (now - before) / before if before else None


def spells_of(first: date, last: date, today: date) -> Spells | None:
    """What days are compared with: today is not over, and left out; None where nothing else was asked for."""
    now = Days(first, min(last, today - DAY))
    if now.count < 1:
        return None
    weeks = -(-now.count // DAYS_OF_A_WEEK)
    return Spells(now, now.earlier(now.count), now.earlier(weeks * DAYS_OF_A_WEEK))


def compared(spells: Spells, total: Callable[[Days], dict[str, int]]) -> list[Beside]:
    """The figures of three spells beside each other; days that are the same days twice are asked for once."""
    totals = {days: total(days) for days in {spells.now, spells.before, spells.weeks_before}}
    return [Beside(name, *(totals[days][name] for days in (spells.now, spells.before, spells.weeks_before))) for name in FIGURES]


@dataclass(frozen=True)
class Refusals:
    """Tubes of a site (None: nobody registered them) that came to no result, with the people in them: a rejection's reason, or invalid."""

    site: str | None
    reason: str
    tubes: int
    people: int


def together(found: Iterable[Refusals]) -> list[Refusals]:
    """The same of some days, each site and reason once, the most tubes first."""
    tubes, people = Counter[tuple[str | None, str]](), Counter[tuple[str | None, str]]()
    for one in found:
        tubes[one.site, one.reason] += one.tubes
        people[one.site, one.reason] += one.people
    ordered = sorted(tubes, key=lambda key: (-tubes[key], key[0] is None, key))
    return [Refusals(*key, tubes[key], people[key]) for key in ordered]
