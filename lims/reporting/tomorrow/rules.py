"""How a lab's queue grows and shrinks by the hour, when it is empty, and when it overflows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from lims.catalog.capacity import Spell

# Fewer tubes than this are none: what is computed in fractions comes to nothing in the end.
NOTHING = 1e-6


@dataclass(frozen=True)
class Range:
    """A number that is not known: at least, most likely, at most."""

    low: float
    expected: float
    high: float

    def __add__(self, other: "Range") -> "Range":
        """Both together; as bad as both at once can be."""
        return Range(self.low + other.low, self.expected + other.expected, self.high + other.high)

    def times(self, factor: float) -> "Range":
        """So many of it."""
        return Range(self.low * factor, self.expected * factor, self.high * factor)


@dataclass(frozen=True)
class Overflow:
    """From when on tubes that come are late, and how many are at the worst of it."""

    at: datetime
    tubes: float


def queue_of(waiting: float, arrivals: Sequence[float], capacity: Sequence[float]) -> list[float]:
    """The tubes that wait for a test at the end of each slot."""
    pairs = zip(arrivals, capacity, strict=True)
    return list(accumulate(pairs, lambda queue, slot: max(0.0, queue + slot[0] - slot[1]), initial=waiting))[1:]


def queues_of(waiting: float, arrivals: Sequence[Range], capacity: Sequence[float]) -> list[Range]:
    """The same of a range of arrivals."""
    low, expected, high = (
        queue_of(waiting, column, capacity)
        for column in ([each.low for each in arrivals], [each.expected for each in arrivals], [each.high for each in arrivals])
    )
    return [Range(*each) for each in zip(low, expected, high, strict=True)]


def cleared_at(waiting: float, arrivals: Sequence[float], capacity: Sequence[float], spells: Sequence[Spell]) -> datetime | None:
    """When a queue is empty for the first time, within its slot by proportion; None where it is not in these slots."""
    queue = waiting
    for (begin, end), comes, tested in zip(spells, arrivals, capacity, strict=True):
        if queue <= NOTHING:
            return begin
        following = queue + comes - tested
        if following <= NOTHING:
            return begin + (end - begin) * min(1.0, queue / (tested - comes))
        queue = following
    return None


def late_by_slot(queue: Sequence[float], capacity: Sequence[float], slots_allowed: int) -> list[float]:
    """How many tubes of each slot's queue are not tested within the slots that follow; for the slots of which one can tell."""
    sums = [0.0, *accumulate(capacity)]
    return [tubes - (sums[slot + 1 + slots_allowed] - sums[slot + 1]) for slot, tubes in enumerate(queue[: len(queue) - slots_allowed])]


def overflow_of(queue: Sequence[float], capacity: Sequence[float], spells: Sequence[Spell], slots_allowed: int) -> Overflow | None:
    """When a lab overflows: the first slot whose queue it cannot test in the time allowed; None where it always can."""
    late = late_by_slot(queue, capacity, slots_allowed)
    first = next((slot for slot, tubes in enumerate(late) if tubes > NOTHING), None)
    return None if first is None else Overflow(spells[first][0], max(late))


def worst(waiting: float, arrivals: Sequence[float], capacity: Sequence[float], slots_allowed: int) -> float:
    """How many tubes are late at the worst of it; 0 where none is."""
    return max([0.0, *late_by_slot(queue_of(waiting, arrivals, capacity), capacity, slots_allowed)])


def room_in(waiting: float, arrivals: Sequence[float], capacity: Sequence[float], slot: int, slots_allowed: int) -> int:
    """How many more tubes may come in a slot before more are late than without them; whole tubes."""
    bar = worst(waiting, arrivals, capacity, slots_allowed) + NOTHING

    def too_many(more: int) -> bool:
        with_more = [comes + (more if number == slot else 0) for number, comes in enumerate(arrivals)]
        return worst(waiting, with_more, capacity, slots_allowed) > bar

    low, high = 0, int(sum(capacity)) + 1
    # More tubes are never less late: the largest number that does no harm is found by halving.
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if too_many(middle) else (middle, high)
    return low


def room_within(waiting: float, arrivals: Sequence[float], capacity: Sequence[float], last_slot: int, slots_allowed: int) -> int:
    """How many more tubes may come, whatever part of them in whichever slot up to `last_slot`.

    The worst of a queue is a convex function of what comes, so what does no harm in each slot alone does none in any mixture.
    """
    return min(room_in(waiting, arrivals, capacity, slot, slots_allowed) for slot in range(last_slot + 1))
