"""Which pool size to recommend to an area, and why: fewest tests, no to and fro, and no size that the assay cannot bear.

The sizes are a ladder (20, 10, 5, 3, 1): each gives way to the next at a prevalence of its own (see `sizes.gives_way`). To step
back up, a larger pool must be cheaper even at the upper end of the interval; to step down, the estimate is enough, because late
is the costly side. Both need a gain worth the retraining (`margin`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lims.deconvolution.schemes.rules import PERFECT, Assay
from lims.reporting.pooling_math.prevalence import Estimate
from lims.reporting.pooling_math.sizes import best_size, cost_per_person


class Why(StrEnum):
    """Why a size is recommended; the facts beside it make it a sentence."""

    NOTHING_TESTED = "nothing_tested"  # stay
    NOT_ALLOWED = "not_allowed"  # the present size is none of those that may be used
    ALREADY_BEST = "already_best"  # stay
    GAIN_TOO_SMALL = "gain_too_small"  # stay
    NOT_SURE_YET = "not_sure_yet"  # stay: a larger one would be cheaper, but not at the upper end of the interval
    PREVALENCE_ROSE = "prevalence_rose"  # go down
    PREVALENCE_FELL = "prevalence_fell"  # go up
    POOLING_DOES_NOT_PAY = "pooling_does_not_pay"  # test singly


class Limit(StrEnum):
    """What keeps a size that would be cheaper out of the choice."""

    ASSAY = "assay"
    SENSITIVITY = "sensitivity"


@dataclass(frozen=True)
class Ladder:
    """The sizes in use, how far the assay and its sensitivity let one go, and how large a gain must be (a share of the tests)."""

    sizes: Sequence[int] = (1, 3, 5, 10, 20)
    assay_most: int | None = None
    sensitivity_floor: float | None = None
    margin: float = 0.05


@dataclass(frozen=True)
class Recommendation:
    """The size and the reason; tests per person at it and at the present one; what kept a cheaper size away, and which it is."""

    size: int
    why: Why
    tests_per_person: float
    tests_per_person_now: float
    prevalence: float | None
    limit: Limit | None = None
    limited_size: int | None = None


def recommend(
    now: int,
    found: Estimate | None,
    ladder: Ladder,
    assay: Assay = PERFECT,
    sensitivity: Callable[[int], float] | None = None,
) -> Recommendation:
    """The size for the next days. `sensitivity` tells that of a pool of a size with one positive member (`dilution`)."""
    allowed = [size for size in ladder.sizes if limit_of(size, ladder, sensitivity) is None] or [1]
    nearest = now if now in allowed else max((size for size in allowed if size < now), default=min(allowed))
    if found is None:
        return Recommendation(nearest, Why.NOTHING_TESTED if nearest == now else Why.NOT_ALLOWED, 1 / nearest, 1 / now, None)
    size, why = step(nearest, found, allowed, ladder.margin, assay)
    if size == nearest != now:
        why = Why.NOT_ALLOWED
    cheapest = best_size(found.prevalence, ladder.sizes, assay)
    kept = limit_of(cheapest, ladder, sensitivity)
    cost, cost_now = (cost_per_person(each, found.prevalence, assay) for each in (size, now))
    return Recommendation(size, why, cost, cost_now, found.prevalence, kept, cheapest if kept else None)


def step(now: int, found: Estimate, allowed: Sequence[int], margin: float, assay: Assay) -> tuple[int, Why]:
    """From the present size to another of those allowed, or not."""
    best = best_size(found.prevalence, allowed, assay)
    if best == now:
        return now, Why.ALREADY_BEST
    if cost_per_person(best, found.prevalence, assay) > (1 - margin) * cost_per_person(now, found.prevalence, assay):
        return now, Why.GAIN_TOO_SMALL
    if best < now:
        return best, Why.POOLING_DOES_NOT_PAY if best == 1 else Why.PREVALENCE_ROSE
    sure = [size for size in allowed if now < size <= best and cheaper_at(found.interval.high, size, now, assay)]
    return (max(sure), Why.PREVALENCE_FELL) if sure else (now, Why.NOT_SURE_YET)


def cheaper_at(p: float, size: int, other: int, assay: Assay) -> bool:
    """Whether a size needs fewer tests than another at this prevalence."""
    return cost_per_person(size, p, assay) < cost_per_person(other, p, assay)


def limit_of(size: int, ladder: Ladder, sensitivity: Callable[[int], float] | None) -> Limit | None:
    """What forbids a size; None where nothing does. A single tube is always allowed."""
    if size == 1:
        return None
    if ladder.assay_most is not None and size > ladder.assay_most:
        return Limit.ASSAY
    if ladder.sensitivity_floor is not None and sensitivity is not None and sensitivity(size) < ladder.sensitivity_floor:
        return Limit.SENSITIVITY
    return None
