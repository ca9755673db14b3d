"""The truth: every tube, who is in it, what the instrument will see, and what the outside has been told about it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from lims.kernel.ids import uuid7
from lims.simulate.instrument import CALLS, Look
from lims.simulate.people import Person, Population

SINGLES = 0.02
SHORT = 0.08
# What an instrument sees where nobody in the tube is infected: late curves, contamination, grey zones, lost material.
NOISE = (Look.LATE, Look.POSITIVE, Look.SINGLE_TARGET, Look.GREY_ZONE, Look.INVALID)
NOISE_POOL = (1_000, 20, 60, 120, 200)
NOISE_SINGLE = (1_000, 100, 500, 600, 1_000)
ALL = 100_000
# And where somebody is: mostly both targets; a weak one may lose a target or come late.
INFECTED = (Look.POSITIVE, Look.SINGLE_TARGET, Look.GREY_ZONE, Look.SPLIT)
INFECTED_WEIGHTS = (90, 5, 3, 2)


@dataclass(slots=True, eq=False)
class Tube:
    """One tube and all that is true of it. Hours are local hours of the simulated day."""

    id: str
    barcode: str
    site: str
    size: int
    first: int  # the number of the first person in it; the others follow
    count: int
    infected: int  # bit n: the person at position n + 1 carries the virus
    look: Look
    opened: float
    sealed: float
    revision: int = 1
    late: int = 0  # 1: registered after the lab received it; 2: after the lab released it
    unpacked: bool = False  # travels in a box that does not list it
    retest_of: "Tube | None" = None
    retest_position: int = 0
    acknowledged: bool = False
    handed_on: bool = False
    lab: str | None = None
    received: float = 0.0
    rejected: bool = False
    repeats: int = 0  # times sent back for a repeat
    released: str | None = None  # the released call
    released_at: float = 0.0
    case: str | None = None
    closed: str | None = None  # the outcome a reviewer closed its case with
    answers: "dict[int, Tube]" = field(default_factory=dict)  # position -> the single tube that answers it
    events: dict[int, str] = field(default_factory=dict)  # position -> what was noted about a member who was called back

    @property
    def pool(self) -> bool:
        """Whether it is a swab pool."""
        return self.size > 1

    @property
    def call(self) -> str:
        """The call its readings must lead to."""
        return CALLS[self.look][0]

    @property
    def reactive(self) -> bool:
        """Whether its people must come back for a single tube of their own."""
        if self.rejected:
            return True
        return self.released is not None and self.released != "negative" and (self.pool or self.released != "positive")


def fillings(rng: random.Random, people: int, pool_size: int) -> Iterator[tuple[int, int]]:
    """Pool size and number of people of one tube after the other, until all people are in a tube."""
    while people > 0:
        if pool_size == 1 or rng.random() < SINGLES:
            size = count = 1
        else:
            size = pool_size
            count = rng.randint(1, pool_size) if rng.random() < SHORT else pool_size
        count = min(count, people)
        people -= count
        yield size, count


def infections(rng: random.Random, count: int, prevalence: float) -> int:
    """A bit for every position, set with this probability."""
    return sum(1 << place for place in range(count) if rng.random() < prevalence)


def look_of(rng: random.Random, infected: int, *, pool: bool, noise: float = 1.0) -> Look:
    """What the instrument will see in a tube; where nobody is infected, something `noise` times as often as usual."""
    if infected:
        return rng.choices(INFECTED, INFECTED_WEIGHTS)[0]
    odd = [noise * weight for weight in (NOISE_POOL if pool else NOISE_SINGLE)]
    return rng.choices((Look.NEGATIVE, *NOISE), (ALL - sum(odd), *odd))[0]


class World:
    """All tubes of this run."""

    def __init__(self, population: Population, noise: float = 1.0) -> None:
        self.population, self.noise = population, noise
        self.tubes: dict[str, Tube] = {}

    def add(self, tube: Tube) -> Tube:
        """Remember a tube, and which tube it answers."""
        self.tubes[tube.barcode] = tube
        if tube.retest_of is not None:
            tube.retest_of.answers[tube.retest_position] = tube
        return tube

    def person(self, tube: Tube, position: int) -> Person:
        """Who is at this position (from 1) of a tube."""
        return self.population.person(tube.first + position - 1)

    def retest(self, rng: random.Random, pool: Tube, position: int, barcode: str, hour: float) -> Tube:
        """The single tube of a member who came back."""
        infected = pool.infected >> (position - 1) & 1
        single = Tube(
            id=str(uuid7()),
            barcode=barcode,
            site=pool.site,
            size=1,
            first=pool.first + position - 1,
            count=1,
            infected=infected,
            look=look_of(rng, infected, pool=False, noise=self.noise),
            opened=hour,
            sealed=hour + 0.04,
            retest_of=pool,
            retest_position=position,
        )
        return self.add(single)

    @property
    def people(self) -> int:
        """Rows of person and tube."""
        return sum(tube.count for tube in self.tubes.values())
