"""Intervals that count every possible outcome: for few pools, where approximations are doubtful.

Sources: Clopper and Pearson, Biometrika 26 (1934) for pools of one size; Hepworth, "Exact confidence intervals for proportions
estimated by group testing", Biometrics 52 (1996) for pools of several sizes.
"""

from itertools import product
from math import comb, prod

from lims.reporting.pooling_math.pools import Group, Likelihood
from lims.reporting.pooling_math.prevalence import FLOOR, Interval, greatest
from lims.reporting.pooling_math.solving import crossing

MOST_OUTCOMES = 20_000


def of_one_person(share: float, size: int) -> float:
    """The prevalence at which this share of pools is positive."""
    return float(1 - (1 - share) ** (1 / size))


def exactly(count: int, of: int, chance: float) -> float:
    """The chance of this count."""
    return comb(of, count) * chance**count * (1 - chance) ** (of - count)


def at_most(count: int, of: int, chance: float) -> float:
    """The chance of this count or fewer."""
    return sum(exactly(each, of, chance) for each in range(count + 1))


def at_least(count: int, of: int, chance: float) -> float:
    """The chance of this count or more."""
    return sum(exactly(each, of, chance) for each in range(count, of + 1))


def clopper_pearson(group: Group, confidence: float = 0.95) -> Interval:
    """Each end is refuted by its own tail."""
    tail, x, n = (1 - confidence) / 2, group.positive, group.pools
    low = 0.0 if x == 0 else crossing(lambda share: tail - at_least(x, n, share), 0.0, x / n)
    high = 1.0 if x == n else crossing(lambda share: at_most(x, n, share) - tail, x / n, 1.0)
    return Interval(of_one_person(low, group.size), of_one_person(high, group.size))


def hepworth(of: Likelihood, confidence: float = 0.95) -> Interval:
    """All outcomes of all pools, in the order of what they would have been read as; ValueError where there are too many."""
    if prod(group.pools + 1 for group in of.groups) > MOST_OUTCOMES:
        raise ValueError("too many pools to count every outcome")
    seen, tail = greatest(of), (1 - confidence) / 2
    above: list[tuple[int, ...]] = []
    below: list[tuple[int, ...]] = []
    for outcome in product(*(range(group.pools + 1) for group in of.groups)):
        read = greatest(Likelihood([Group(g.size, g.pools, x) for g, x in zip(of.groups, outcome, strict=True)], of.assay))
        if read >= seen - 1e-9:
            above.append(outcome)
        if read <= seen + 1e-9:
            below.append(outcome)

    def chance(outcomes: list[tuple[int, ...]], p: float) -> float:
        table = [[exactly(x, g.pools, of.assay.positive((1 - p) ** g.size)) for x in range(g.pools + 1)] for g in of.groups]
        return sum(prod(row[x] for row, x in zip(table, outcome, strict=True)) for outcome in outcomes)

    low = 0.0 if of.positive == 0 else crossing(lambda p: tail - chance(above, p), FLOOR, 1.0)
    high = 1.0 if of.all_positive else crossing(lambda p: chance(below, p) - tail, FLOOR, 1.0)
    return Interval(low, high)
