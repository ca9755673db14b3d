"""How much a lab can test by what it works with, and how that compares with what it declares and has done. Pure."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import floor

from lims.catalog.capacity import DAY, LabPlan, Spell, between, common, merged, minutes

HOUR = timedelta(hours=1)


class Step(StrEnum):
    """What every tube passes; the narrowest is the bottleneck."""

    EXTRACTION = "extraction"
    AMPLIFICATION = "amplification"
    STAFF = "staff"


class Finding(StrEnum):
    """What the three figures of a lab say together."""

    UNKNOWN = "unknown"
    MORE_THAN_IT_CAN = "more_than_it_can"  # declares more than what it works with allows
    REACHED = "reached"  # has tested what it declares
    NOT_REACHED = "not_reached"  # has not tested as much yet, and could


@dataclass(frozen=True)
class Modelled:
    """Tubes a day by every step that matters, and the narrowest of them."""

    steps: Mapping[Step, int]

    @property
    def bottleneck(self) -> Step:
        """The step that lets the fewest tubes through; of equals, the first on a tube's way."""
        return min(self.steps, key=lambda step: self.steps[step])

    @property
    def tubes(self) -> int:
        """What the lab can do."""
        return self.steps[self.bottleneck]


@dataclass(frozen=True)
class Best:
    """The most tubes tested within 24 hours, and when those ended."""

    tubes: int
    until: datetime


@dataclass(frozen=True)
class Three:
    """What a lab declares, has done at best and could do, in tubes a day; None where nobody knows."""

    declared: int | None
    best: Best | None
    modelled: Modelled | None

    @property
    def finding(self) -> Finding:
        """What is to be said of it."""
        if self.declared is None or (self.modelled is None and self.best is None):
            return Finding.UNKNOWN
        if self.best is not None and self.best.tubes >= self.declared:
            return Finding.REACHED
        if self.modelled is not None and self.modelled.tubes < self.declared:
            return Finding.MORE_THAN_IT_CAN
        return Finding.NOT_REACHED

    @property
    def to_plan_with(self) -> int | None:
        """What to count on: no more than what is declared, nor than what can be done."""
        known = [tubes for tubes in (self.declared, self.modelled.tubes if self.modelled else None) if tubes is not None]
        return min(known, default=None)


def best_of(tested: Iterable[tuple[datetime, int]]) -> Best | None:
    """The most tubes within 24 hours, by whole hours: `tested` says of hours by their beginnings how many; None where nothing was.

    Of several spells with as many, the first.
    """
    spell, tubes, best = deque[tuple[datetime, int]](), 0, None
    for begin, count in sorted(tested):
        spell.append((begin, count))
        tubes += count
        while begin - spell[0][0] >= DAY:
            tubes -= spell.popleft()[1]
        if tubes > (best.tubes if best else 0):
            best = Best(tubes, begin + HOUR)
    return best


def modelled(plan: LabPlan, day: date, zone: str) -> Modelled | None:
    """Tubes that a lab can test on a local day; None where nobody has said what it works with.

    Extraction and amplification: machines x whole runs that fit into the hours worked x wells without controls. Staff: people x
    tubes of a person and shift, by the share of the shift in which the lab is open. That is plain arithmetic of what is declared;
    it agrees with the planning figures on record of mass screening: 1,000 to 1,250 tubes a day for each cycler of 96 wells, 13 to
    18 people for 10,000 tubes a day (`tests/reporting/capacity`). It takes the steps as working side by side, as they do in a day
    that has begun; the first plate of a day still waits for its extraction.
    """
    resources = plan.resources_on(day)
    if resources is None:
        return None
    opened = plan.open_on(day, zone)
    # A night shift of yesterday works into this day; one of today is cut where the lab closes.
    shifts = [(shift, [between(day + DAY * step, shift.starts, shift.ends, zone) for step in (-1, 0, 1)]) for shift in resources.shifts]
    worked = common(opened, merged(spell for _, spells in shifts for spell in spells)) if shifts else opened
    steps = {
        Step.AMPLIFICATION: resources.cyclers * runs(worked, resources.run_minutes) * (resources.cycler_wells - resources.control_wells),
    }
    if resources.extraction_lines is not None:
        extracted = resources.extraction_lines * runs(worked, resources.extraction_minutes)
        steps = {Step.EXTRACTION: extracted * (resources.extraction_wells - resources.control_wells)} | steps
    if shifts:
        people = sum(shift.staff * minutes(common(opened, spells)) / minutes(spells[1:2]) for shift, spells in shifts)
        steps[Step.STAFF] = floor(people * resources.tubes_per_person)
    return Modelled(steps)


def runs(worked: list[Spell], run_minutes: int) -> int:
    """How many runs of a machine fit, one after the other; a run is not begun that cannot end."""
    return sum(floor(minutes([spell]) / run_minutes) for spell in worked)
