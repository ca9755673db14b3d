"""Which boxes should go where: the question that is put to a solver, and its answer. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

# Boxes travel about as fast as vans in a city do, by the crow's flight; where nobody has said where places are, as far as this.
KM_PER_HOUR = 30.0
UNKNOWN_KM = 20.0
# To send a box elsewhere costs telephone calls and mistakes: as much as this way.
KM_OF_A_CHANGE = 5.0


@dataclass(frozen=True)
class Box:
    """A box that no lab has opened. `lab` is where it goes now (None: nobody knows), `sent_to` what is on record of that.

    `km` says how far it is from its site to each lab that may take it; `urgency` weighs it against others of the same size.
    """

    barcode: str
    site: str | None
    tubes: int
    lab: str | None
    sent_to: str | None
    urgency: float
    km: Mapping[str, float]


@dataclass(frozen=True)
class Problem:
    """Boxes, and the tubes that each lab has room for."""

    boxes: Sequence[Box]
    room: Mapping[str, int]

    @property
    def too_full(self) -> bool:
        """Whether some lab has not the room for what goes to it now."""
        going = Counter[str]()
        for box in self.boxes:
            if box.lab is not None:
                going[box.lab] += box.tubes
        return any(tubes > self.room.get(lab, 0) for lab, tubes in going.items())

    def cost(self, box: Box, lab: str) -> float:
        """What it costs to have a box go to a lab: nothing where it goes there anyway, the more the farther and the more urgent."""
        return 0.0 if lab == box.lab else (KM_OF_A_CHANGE + box.km[lab]) * box.urgency

    @property
    def cost_without_place(self) -> float:
        """What a tube without a place costs: more than any way, so that no box is left without one to save a way."""
        ways = [self.cost(box, lab) for box in self.boxes for lab in box.km]
        return 1.0 + max(ways, default=0.0)


@dataclass(frozen=True)
class Move:
    """A box that should go to another lab than it does."""

    box: str
    tubes: int
    lab: str | None
    to: str
    km: float
    sent_to: str | None


@dataclass(frozen=True)
class Assignment:
    """Who goes elsewhere, and for which boxes no lab has room in time: those stay on their way, and are named."""

    moves: tuple[Move, ...]
    without_place: tuple[str, ...]


def tidied(problem: Problem, places: Mapping[str, str | None]) -> dict[str, str | None]:
    """The same, with every box where it costs least of the labs that have room left: where it goes anyway, before all others.

    A solver stops when it is near enough the best; what it then leaves undone is small, and this does it.
    """
    found, left = dict(places), Counter[str](problem.room)
    for box in problem.boxes:
        if (lab := places[box.barcode]) is not None:
            left[lab] -= box.tubes
    changed = True
    while changed:  # what one box gives up another may want; each change costs less than what was before, so there is an end
        changed = False
        for box in sorted(problem.boxes, key=lambda box: -box.urgency):
            to = found[box.barcode]
            now = inf if to is None else problem.cost(box, to)
            cheaper = [(cost, lab) for lab in box.km if left[lab] >= box.tubes and (cost := problem.cost(box, lab)) < now]
            if cheaper:
                found[box.barcode], changed = min(cheaper)[1], True
                left[min(cheaper)[1]] -= box.tubes
                left[to or ""] += box.tubes
    return found


def assignment_of(problem: Problem, places: Mapping[str, str | None]) -> Assignment:
    """The answer in words, from where each box was placed."""
    moves = tuple(
        Move(box.barcode, box.tubes, box.lab, to, box.km[to], box.sent_to)
        for box in problem.boxes
        if (to := places[box.barcode]) is not None and to != box.lab
    )
    return Assignment(moves, tuple(box.barcode for box in problem.boxes if places[box.barcode] is None))


def hours_on_the_road(km: float) -> float:
    """How long a box takes."""
    return km / KM_PER_HOUR


def urgency_of(priority: int, hours_waited: float, limit_hours: float) -> float:
    """How much a box weighs: by the priority of its site (1 is first, 5 is usual), and twice as much at its limit as fresh."""
    return (10 - priority) / 5 * (1 + min(1.0, max(0.0, hours_waited / limit_hours)))
