"""How many of the people are positive, from pools of any sizes, with an interval.

Sources: point estimate Hepworth and Biggerstaff, "Bias correction in pooled testing", Journal of Agricultural, Biological, and
Environmental Statistics 22 (2017); interval Biggerstaff (2008) as in the package PooledInfRate, and Hepworth, "Confidence
intervals for proportions estimated by group testing with groups of unequal size", JABES 10 (2005); where no pool is positive,
Wilson's upper bound on the number of people (Journal of the American Statistical Association 22, 1927).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from lims.deconvolution.schemes.rules import PERFECT, Assay
from lims.reporting.pooling_math.pools import Evidence, Group, Likelihood
from lims.reporting.pooling_math.solving import crossing, z_of

# The smallest p that is looked at: one in ten thousand million.
FLOOR = 1e-10
# How finely it is looked for hills of a likelihood.
MARKS = 400


@dataclass(frozen=True)
class Interval:
    """Between what the truth lies with the chosen confidence."""

    low: float
    high: float


@dataclass(frozen=True)
class Estimate:
    """A prevalence, 0 to 1, with its interval, and what it was estimated from."""

    prevalence: float
    interval: Interval
    pools: int
    positive: int
    people: int


def estimate(groups: Sequence[Group], assay: Assay = PERFECT, confidence: float = 0.95) -> Estimate | None:
    """The prevalence by these pools; None where there are none.

    A perfect assay: Firth's estimate and the skew-corrected score interval, Wilson's bound where all are negative.
    An imperfect one: Firth's estimate and the interval of the likelihood ratio.
    """
    known = [group for group in groups if group.pools]
    if not known:
        return None
    of = Likelihood(known, assay)
    if assay == PERFECT:
        interval = wilson(of, confidence) if of.positive == 0 else skew_score(of, confidence)
    else:
        interval = likelihood_ratio(of, confidence)
    point = firth(of) if of.positive else 0.0
    return Estimate(
        point, Interval(min(interval.low, point), max(interval.high, point)), sum(g.pools for g in known), of.positive, of.people
    )


def greatest(of: Evidence) -> float:
    """The prevalence at which these results are likeliest (maximum likelihood): 0 to 1."""
    return likeliest_crossing(of, of.score)


def firth(of: Likelihood) -> float:
    """The same with Firth's correction, which takes most of the bias away; 0 where no pool is positive."""
    if of.positive == 0:
        return 0.0
    return likeliest_crossing(of, lambda p: of.score(p) - of.pull(p))


def gart(of: Likelihood) -> float:
    """The likeliest less its bias (Gart's correction)."""
    p = greatest(of)
    return p if p in {0.0, 1.0} else p - of.pull(p) / of.information(p)


def likeliest_crossing(of: Evidence, slope: Callable[[float], float]) -> float:
    """Where the slope falls through zero; 0 where it is never above it.

    With an imperfect assay the likelihood of pools of several sizes may have more than one hill: the highest counts.
    """
    if not of.several_hills:
        if slope(FLOOR) <= 0:
            return 0.0
        return 1.0 if slope(of.ceiling) > 0 else crossing(slope, FLOOR, of.ceiling)
    marks = grid(of)
    signs = [slope(p) > 0 for p in marks]
    tops = [
        crossing(slope, low, high) for (low, high), (up, on) in zip(pairwise(marks), pairwise(signs), strict=True) if up and not on
    ]  # fmt: skip
    if not signs[0]:
        tops.append(0.0)
    return max(tops, key=lambda p: of.log(max(p, FLOOR)), default=1.0)


def grid(of: Evidence) -> list[float]:
    """Prevalences from nearly none to nearly all, each some percent above the one before."""
    return [FLOOR * (of.ceiling / FLOOR) ** (step / MARKS) for step in range(MARKS + 1)]


def skew_score(of: Likelihood, confidence: float = 0.95) -> Interval:
    """The interval of the score with its skewness taken out."""
    z = z_of(confidence)
    return by_score(of, z, lambda p: of.skewness(p) * (z**2 - 1) / 6)


def score(of: Likelihood, confidence: float = 0.95) -> Interval:
    """The interval of the score."""
    return by_score(of, z_of(confidence), lambda _: 0.0)


def by_score(of: Likelihood, z: float, correction: Callable[[float], float]) -> Interval:
    """Where the standardised score, less a correction, is z and -z."""

    def standard(p: float) -> float:
        return of.score(p) / sqrt(of.information(p)) - correction(p)

    low = 0.0 if of.positive == 0 else crossing(lambda p: standard(p) - z, FLOOR, of.ceiling)
    high = 1.0 if of.all_positive else crossing(lambda p: standard(p) + z, FLOOR, of.ceiling)
    return Interval(low, high)


def likelihood_ratio(of: Evidence, confidence: float = 0.95) -> Interval:
    """From the first to the last prevalence whose likelihood is not too far below the greatest."""
    best = greatest(of)
    at_best = min(max(best, FLOOR), of.ceiling)
    bar = of.log(at_best) - z_of(confidence) ** 2 / 2
    marks = sorted({*grid(of), at_best})
    inside = [place for place, p in enumerate(marks) if of.log(p) >= bar]
    first, last = inside[0], inside[-1]
    low = 0.0 if first == 0 else crossing(lambda p: bar - of.log(p), marks[first - 1], marks[first])
    high = 1.0 if last == len(marks) - 1 else crossing(lambda p: of.log(p) - bar, marks[last], marks[last + 1])
    return Interval(low, high)


def wald(of: Likelihood, confidence: float = 0.95) -> Interval:
    """The likeliest and as many standard errors on either side, cut at 0; for comparison only."""
    p = greatest(of)
    reach = z_of(confidence) / sqrt(of.information(p))
    return Interval(max(0.0, p - reach), min(1.0, p + reach))


def wilson(of: Likelihood, confidence: float = 0.95) -> Interval:
    """From 0 to Wilson's upper bound for nobody among so many people, where every pool is negative."""
    z2 = z_of(confidence) ** 2
    return Interval(0.0, z2 / (of.people + z2))


def minimum_rate(of: Likelihood, confidence: float = 0.95) -> Estimate:
    """Positive pools by people (the minimum infection rate): one positive a pool; for comparison with older figures."""
    rate = of.positive / of.people
    reach = z_of(confidence) * sqrt(rate * (1 - rate) / of.people)
    pools = sum(group.pools for group in of.groups)
    return Estimate(rate, Interval(max(0.0, rate - reach), rate + reach), pools, of.positive, of.people)
