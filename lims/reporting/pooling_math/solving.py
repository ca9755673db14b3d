"""Where a function crosses zero, and the quantiles of the normal distribution. Small, so that no page has to load a library for it."""

from collections.abc import Callable
from math import sqrt
from statistics import NormalDist

ROUNDS = 200
# How near two ends have to be, as a share of where they are.
NEAR = 1e-14


def z_of(confidence: float) -> float:
    """The two-sided normal quantile, 1.96 for 0.95."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def crossing(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that falls through zero between `low` and `high` does so, to 14 digits; the nearer end where it does not.

    Ridders, "A new algorithm for computing a single root of a real continuous function", IEEE Transactions on Circuits and
    Systems 26 (1979): never worse than halving, and three times as fast for the functions here.
    """
    at_low, at_high = falling(low), falling(high)
    if at_low <= 0 or at_high >= 0:
        return low if at_low <= 0 else high
    for _ in range(ROUNDS):
        middle = (low + high) / 2
        if high - low <= NEAR * high:
            break
        at_middle = falling(middle)
        spread = sqrt(at_middle**2 - at_low * at_high)  # 0 only where all are too small to be squared
        better = middle + (middle - low) * at_middle / spread if spread else middle
        at_better = falling(better)
        for place, value in sorted([(middle, at_middle), (better, at_better)]):
            if value > 0 and place > low:
                low, at_low = place, value
            elif value <= 0 and place < high:
                high, at_high = place, value
        if at_high == 0:
            return high
    return (low + high) / 2
