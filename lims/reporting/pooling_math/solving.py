"""Where a function crosses zero, and the quantiles of the normal distribution. Small, so that no page has to load a library for it."""

from collections.abc import Callable
from statistics import NormalDist

HALVINGS = 200


def z_of(confidence: float) -> float:
    """The two-sided normal quantile, 1.96 for 0.95."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def crossing(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that falls through zero between `low` and `high` does so, to the last bit; the nearer end where it does not."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return (low + high) / 2
