"""Whether more pools than expected are found positive and then have only negative members. Pure.

Such a pool is discordant: a low positive diluted, a contamination, a wrong list of members. Some there always are, by how well the kit
finds and how rare what it looks for is; more of them than that is an alarm. It decides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from lims.catalog.rules import Accuracy

DAYS = 14  # how far back
MOST_POOLS = 100  # of the pools that were not negative, the newest
MOST_PLATES = 200  # of the plates from which the prevalence is taken, the newest
LEAST = 3  # fewer discordant pools are no cluster, however improbable
CHANCE = 0.01  # an alarm where so many or more would come about less often by themselves


@dataclass(frozen=True)
class Sized:
    """Pools of so many people by one kit, and how many of them were positive or inconclusive."""

    size: int
    accuracy: Accuracy
    pools: int
    reactive: int


@dataclass(frozen=True)
class Settled:
    """A pool that was released as positive or inconclusive, and whose members are settled."""

    pool: str
    size: int
    accuracy: Accuracy
    discordant: bool


@dataclass(frozen=True)
class Finding:
    """How many of the settled pools are discordant, the share that is expected of them, and the chance of so many or more."""

    discordant: int
    settled: int
    expected: float
    chance: float
    prevalence: float

    @property
    def alarming(self) -> bool:
        """Whether it is too many to have come by themselves."""
        return self.discordant >= LEAST and self.chance < CHANCE


def reactive(size: int, p: float, kit: Accuracy) -> float:
    """The chance that a pool comes out positive at a prevalence p: Se - (Se+Sp-1)(1-p)ⁿ (Dorfman 1943, Kim et al. 2007)."""
    return kit.sensitivity - (kit.sensitivity + kit.specificity - 1) * (1 - p) ** size


def discordant(size: int, p: float, kit: Accuracy) -> float:
    """The chance that a pool comes out positive and every member negative: Se[(A+B)ⁿ - Aⁿ] + (1-Sp)Aⁿ, A = (1-p)Sp, B = p(1-Se)."""
    a, b = (1 - p) * kit.specificity, p * (1 - kit.sensitivity)
    return kit.sensitivity * ((a + b) ** size - a**size) + (1 - kit.specificity) * a**size


def prevalence(tested: Sequence[Sized]) -> float:
    """The prevalence at which so many pools as were reactive are to be expected; 0 where the kit's own errors explain them all."""
    seen = sum(one.reactive for one in tested)
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        enough = sum(one.pools * reactive(one.size, middle, one.accuracy) for one in tested) >= seen
        low, high = (low, middle) if enough else (middle, high)
    return high if high > 1e-9 else 0.0  # noqa: PLR2004 - a billionth is none


def weigh(tested: Sequence[Sized], settled: Sequence[Settled]) -> Finding | None:
    """The discordant pools against what is expected of pools of their sizes; None where no pool is settled.

    The settled pools are taken as alike, with the mean of what is expected of each: the binomial of the mean is wider than their own
    distribution, so it alarms rather too late than too early.
    """
    if not settled:
        return None
    p = prevalence(tested)
    shares = [discordant(one.size, p, one.accuracy) / reactive(one.size, p, one.accuracy) for one in settled]
    share, count, found = sum(shares) / len(shares), len(settled), sum(one.discordant for one in settled)
    chance = sum(comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(found, count + 1))
    return Finding(found, count, share, min(chance, 1.0), p)
