"""Which pool size costs the fewest tests, where one size gives way to the next, and how much prevalence the capacity bears.

Source: Dorfman, "The detection of defective members of large populations", Annals of Mathematical Statistics 14 (1943); with an
imperfect assay Kim et al. (2007).
"""

from collections.abc import Iterable

from lims.deconvolution.schemes.individual import Individual
from lims.deconvolution.schemes.rules import PERFECT, Assay
from lims.reporting.pooling_math.solving import crossing

INDIVIDUAL = Individual()


def cost_per_person(size: int, p: float, assay: Assay = PERFECT) -> float:
    """1/n + θ; 1 without pools."""
    return 1.0 if size == 1 else 1 / size + assay.positive((1 - p) ** size)


def best_size(p: float, sizes: Iterable[int], assay: Assay = PERFECT) -> int:
    """The size with the fewest tests per person; of equals, the smallest."""
    return min(sorted(sizes), key=lambda size: cost_per_person(size, p, assay))


def gives_way(larger: int, smaller: int, assay: Assay = PERFECT) -> float:
    """The prevalence above which the smaller pool costs fewer tests (20 to 10: 0.54 %)."""

    def saved_by_larger(p: float) -> float:
        return cost_per_person(smaller, p, assay) - cost_per_person(larger, p, assay)

    # Beyond its best prevalence the larger pool loses all the way to the bend where nearly every pool is positive.
    bend = 1 - (smaller / larger) ** (1 / (larger - smaller)) if smaller > 1 else 1.0
    return crossing(saved_by_larger, 0.0, bend)


def headroom(wells_a_day: float, people_a_day: float, size: int, assay: Assay = PERFECT) -> float | None:
    """The prevalence at which retests eat all spare wells; None where the pools alone are too many, 1 where it cannot happen."""
    spare = wells_a_day / people_a_day - 1 / size
    if spare < 1 - assay.specificity:
        return None
    negative = (assay.sensitivity - spare) / assay.youden
    return 1.0 if negative <= 0 else 1 - negative ** (1 / size)


def discordant(size: int, p: float, assay: Assay = PERFECT, single: Assay | None = None) -> float:
    """The chance that a pool is positive and all its members are found negative: Se[(A+B)ⁿ - Aⁿ] + (1-Sp)Aⁿ.

    A = (1-p)·Sp of a single test, B = p·(1-Se) of a single test; `single` where single tests differ from pooled ones.
    """
    alone = single or assay
    a, b = (1 - p) * alone.specificity, p * (1 - alone.sensitivity)
    return assay.sensitivity * ((a + b) ** size - a**size) + (1 - assay.specificity) * a**size
