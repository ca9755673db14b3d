"""Households in one pool: who lives together is positive together, so fewer pools are.

Source: Lendle, Hudgens, Qaqish, "Group testing for case identification with correlated responses", Biometrics 68 (2012), and
the package gtcorr: the number of positives of a household is beta-binomial with a pairwise correlation r.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod

from lims.deconvolution.schemes.rules import PERFECT, Assay
from lims.reporting.pooling_math.pools import Group


def all_negative(household: int, p: float, correlation: float) -> float:
    """The chance that nobody of a household of this size is positive: ∏ (q + g·j)/(1 + g·j) with g = r/(1 - r)."""
    if correlation == 1:
        return 1 - p if household else 1.0
    g = correlation / (1 - correlation)
    return prod((1 - p + g * j) / (1 + g * j) for j in range(household))


def cost_per_person(households: Sequence[int], p: float, correlation: float, assay: Assay = PERFECT) -> float:
    """Tests per person of one pool of these whole households, its members tested singly where it is positive."""
    people = sum(households)
    return 1 / people + assay.positive(prod(all_negative(size, p, correlation) for size in households))


def square_cost_per_person(side: int, household: int, p: float, correlation: float, assay: Assay = PERFECT) -> float:
    """Tests per person of a square whose rows are made of whole households; only crossings are tested singly."""
    blocks, alarm, q = side // household, 1 - assay.specificity, 1 - p
    home = all_negative(household, p, correlation)
    row, column = home**blocks, q**side
    both = row * q ** (side - 1)  # this column's member of the row is negative already where the whole row is
    crossing = (
        alarm**2 * both
        + alarm * assay.sensitivity * (row + column - 2 * both)
        + assay.sensitivity**2 * (1 - row - column + both)
    )  # fmt: skip
    return 2 / side + crossing


def grouped(households: Sequence[int], most: int) -> list[list[int]]:
    """Pools of at most so many people, each of whole households (by their places in the list), as few as is easily done.

    The largest household first, each into the first pool that has room (first fit decreasing: at most 11/9 of the fewest pools and
    two thirds of one; Dósa 2007). ValueError for a household that is larger than a pool: it is split by a person, not here.
    """
    if any(size > most for size in households):
        raise ValueError(f"a household of {max(households)} does not fit a pool of {most}")
    pools: list[list[int]] = []
    room: list[int] = []
    for place in sorted(range(len(households)), key=lambda place: -households[place]):
        into = next((pool for pool, free in enumerate(room) if free >= households[place]), None)
        if into is None:
            into = len(pools)
            pools.append([])
            room.append(most)
        pools[into].append(place)
        room[into] -= households[place]
    return pools


@dataclass(frozen=True)
class Gain:
    """What mixing whole households saved: positive pools as they were and as strangers would have made, and the tests between them."""

    positive: int
    expected_of_strangers: float
    tests_saved: float


def measured_gain(pools: Iterable[Group], p: float, assay: Assay = PERFECT) -> Gain:
    """By pools of households (size: people in it), against strangers at the same prevalence p."""
    positive, expected, saved = 0, 0.0, 0.0
    for group in pools:
        of_strangers = group.pools * assay.positive((1 - p) ** group.size)
        positive += group.positive
        expected += of_strangers
        saved += group.size * (of_strangers - group.positive)
    return Gain(positive, expected, saved)


def correlation_of(households: Sequence[tuple[int, int]]) -> float | None:
    """The correlation of two people of one household, by households of known results (people, positive); None if it cannot be told.

    The moment estimator: how much oftener than by chance two of one household are both positive, cut at 0 and 1.
    """
    people, positive = sum(size for size, _ in households), sum(found for _, found in households)
    pairs = sum(size * (size - 1) for size, _ in households)
    if not pairs or positive in {0, people}:
        return None
    p = positive / people
    together = sum(found * (found - 1) for _, found in households) / pairs
    return min(1.0, max(0.0, (together - p * p) / (p * (1 - p))))
