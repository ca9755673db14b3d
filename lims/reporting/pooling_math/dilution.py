"""How much sensitivity a larger pool loses, because the liquid of one positive member is diluted.

Source: Wan, Zhang, Frazier, "Correlation improves group testing" (arXiv 2111.07517), its PCR model: copies in the reaction are
Poisson with mean 10^v·c₁·ξ·c₂/n, and it takes LoD of them to be seen; v is a mixture of three normal distributions of the
log10 viral load (copies a millilitre). The figures belong to their assay: another needs its own load and limit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import erfc, exp, pi, sqrt

STEPS = 2000
REACH = 6.0


@dataclass(frozen=True)
class Load:
    """One part of the people: its share, and the mean and spread of their log10 copies a millilitre."""

    share: float
    mean: float
    spread: float


@dataclass(frozen=True)
class Dilution:
    """An assay as the model sees it: who is infected how strongly, which share of a specimen is tested, how many copies are seen."""

    loads: tuple[Load, ...] = (Load(0.33, 8.09, 1.06), Load(0.54, 5.35, 0.89), Load(0.13, 3.75, 0.39))
    share_tested: float = 0.1 * 0.5
    limit: int = 108

    def sensitivity(self, size: int) -> float:
        """The chance that a pool of this size with one positive member tests positive."""
        return sum(load.share * seen(load, self.share_tested / size, self.limit) for load in self.loads)


@cache
def seen(load: Load, copies_at_one: float, limit: int) -> float:
    """The same for one part of the people, by Simpson's rule over six spreads on either side.

    `copies_at_one`: how many copies a load of one copy a millilitre brings into the reaction.
    """
    width = 2 * REACH / STEPS
    total = 0.0
    for step in range(STEPS + 1):
        z = -REACH + step * width
        weight = 1 if step in {0, STEPS} else 4 if step % 2 else 2
        total += weight * exp(-z * z / 2) * at_least(limit, 10 ** (load.mean + load.spread * z) * copies_at_one)
    return total * width / 3 / sqrt(2 * pi)


def at_least(limit: int, mean: float) -> float:
    """The chance that a Poisson number of this mean is at least `limit`; by the normal curve where it is a matter of course."""
    if abs(mean - limit) > 12 * sqrt(mean + limit):
        return erfc((limit - mean) / sqrt(2 * mean)) / 2 if mean else 0.0
    term = total = exp(-mean)
    if term == 0.0:
        raise ValueError("the limit is too large to count")
    for count in range(1, limit):
        term *= mean / count
        total += term
    return max(0.0, 1 - total)


def largest_above(floor: float, sizes: Sequence[int], dilution: Dilution) -> int | None:
    """The largest of these sizes that keeps at least this sensitivity; None where not even the smallest does."""
    return max((size for size in sizes if dilution.sensitivity(size) >= floor), default=None)
