"""What today's pools mean for tomorrow's wells, and when a backlog is gone.

Source: the number of positive pools among tomorrow's is beta-binomial by the rate seen so far (Jeffreys' prior; Gelman et al.,
"Bayesian data analysis", 3rd edition, chapter 2).
"""

from dataclasses import dataclass
from math import exp, inf, lgamma, log

from lims.deconvolution.schemes.rules import PERFECT, Assay
from lims.reporting.pooling_math.sizes import cost_per_person


@dataclass(frozen=True)
class Band:
    """Positive pools expected, and between what they lie with the chosen confidence."""

    expected: float
    low: int
    high: int

    def wells(self, members: float) -> tuple[float, float, float]:
        """The wells that this many members of each positive pool need: low, expected, high."""
        return self.low * members, self.expected * members, self.high * members


def positive_pools(seen: int, positive: int, tomorrow: int, confidence: float = 0.9) -> Band:
    """How many of tomorrow's pools will be positive, by so many positive of those seen."""
    a, b = positive + 0.5, seen - positive + 0.5
    tail, total, low = (1 - confidence) / 2, 0.0, None
    # The chance of none, then each from the one before: in logarithms, because the first may be too small for a number.
    term = lgamma(tomorrow + b) - lgamma(b) + lgamma(a + b) - lgamma(tomorrow + a + b)
    for count in range(tomorrow + 1):
        total += exp(term)
        if low is None and total > tail:
            low = count
        if total >= 1 - tail or count == tomorrow:
            return Band(tomorrow * a / (a + b), low or 0, count)
        term += log(tomorrow - count) + log(a + count) - log(count + 1) - log(b + tomorrow - count - 1)
    raise AssertionError("the last count returns")


def days_to_clear(backlog: float, wells_a_day: float, people_a_day: float, size: int, p: float, assay: Assay = PERFECT) -> float:
    """B ÷ (C - D(1/n + θ)), the backlog in wells; infinite where each day brings more than is tested."""
    spare = wells_a_day - people_a_day * cost_per_person(size, p, assay)
    if backlog <= 0:
        return 0.0
    return backlog / spare if spare > 0 else inf
