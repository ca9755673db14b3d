"""The hours to come, and what a lab can test in each. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lims.catalog.capacity import DAY, LabPlan, Spell, common, minutes
from lims.reporting.capacity.rules import Three, modelled

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Slots:
    """Hours one after the other, the first of them what is left of this one; `until` is the end of tomorrow.

    They go on after that as long as a tube that comes tomorrow may take (`beyond`, hours), so that one can see whether it is in time.
    """

    now: datetime
    until: datetime
    spells: tuple[Spell, ...]

    @property
    def shown(self) -> int:
        """How many slots there are until the end of tomorrow."""
        return sum(begin < self.until for begin, _ in self.spells)

    def at(self, moment: datetime) -> int | None:
        """The slot of a moment; the first for what should have happened by now, None for what lies beyond."""
        number = max(0, (moment - self.spells[0][1]) // HOUR + 1)
        return number if number < len(self.spells) else None

    def days(self, zone: str) -> list[date]:
        """The local days that the slots touch, and the one before, whose hours may reach into the first."""
        place = ZoneInfo(zone)
        first, last = self.now.astimezone(place).date() - DAY, self.spells[-1][1].astimezone(place).date()
        return [first + DAY * number for number in range((last - first).days + 1)]


def slots_until_tomorrow(now: datetime, zone: str, beyond_hours: float) -> Slots:
    """From now until the end of tomorrow by the clock of `zone`, and on."""
    place = ZoneInfo(zone)
    until = datetime.combine(now.astimezone(place).date() + 2 * DAY, time(), place).astimezone(now.tzinfo)
    spells, begin = [], now
    while begin < until + HOUR * beyond_hours:
        end = begin.replace(minute=0, second=0, microsecond=0) + HOUR
        spells.append((begin, end))
        begin = end
    return Slots(now, until, tuple(spells))


def to_plan_with(plan: LabPlan, declared: Mapping[date, int], day: date, zone: str) -> int | None:
    """Tubes that can be counted on for a local day: no more than what is declared, nor than what can be done."""
    return Three(declared.get(day), None, modelled(plan, day, zone)).to_plan_with


def capacity_of(plan: LabPlan, declared: Mapping[date, int], zone: str, slots: Slots) -> list[float] | None:
    """Tubes that a lab can test in each slot: its day's capacity, spread evenly over the hours it is open; None where nobody knows."""
    tubes = {day: to_plan_with(plan, declared, day, zone) for day in slots.days(zone)}
    if all(each is None for each in tubes.values()):
        return None
    opened = {day: plan.open_on(day, zone) for day in tubes}
    rates = {day: (tubes[day] or 0) / minutes(spells) for day, spells in opened.items() if spells}
    return [sum(rate * minutes(common([slot], opened[day])) for day, rate in rates.items()) for slot in slots.spells]


def summed(columns: Sequence[Sequence[float]], length: int) -> list[float]:
    """Slot by slot, all together."""
    return [sum(column[number] for column in columns) for number in range(length)]
