"""Prevalence from pools and from what the single tests of the positive ones said: more is known than by the pools alone.

Source: Warasi and Das, "groupTesting: simulating and modeling group (pooled) testing data" (R package, 2024), hierarchical
testing in two stages; the results of a pool's members depend on each other only through who is truly positive.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import comb, log

from lims.deconvolution.schemes.rules import PERFECT, Assay
from lims.reporting.pooling_math.prevalence import Estimate, greatest, likelihood_ratio


@dataclass(frozen=True)
class Retested:
    """Pools of one size: how many were negative, how many positive ones await single tests, and of how many k singles were positive."""

    size: int
    negative: int
    waiting: int = 0
    resolved: dict[int, int] = field(default_factory=dict)

    @property
    def positive(self) -> int:
        """Positive pools, resolved or not."""
        return self.waiting + sum(self.resolved.values())

    @property
    def pools(self) -> int:
        """All of them."""
        return self.negative + self.positive


@dataclass(frozen=True)
class RetestedEvidence:
    """What such pools say about the prevalence p, 0 < p < 1."""

    groups: Sequence[Retested]
    assay: Assay = PERFECT

    def __post_init__(self) -> None:
        """ValueError for results that cannot be."""
        if self.assay == PERFECT and any(group.resolved.get(0) for group in self.groups):
            raise ValueError("a positive pool without a positive member cannot be with a perfect assay")

    @property
    def ceiling(self) -> float:
        """Beyond it, (1 - p)^n is below what a number can hold."""
        return float(1 - 10.0 ** (-100 / max(12, *(group.size for group in self.groups))))

    @property
    def several_hills(self) -> bool:
        """Only with an assay that can be wrong."""
        return self.assay != PERFECT

    def log(self, p: float) -> float:
        """The logarithm of the likelihood, but for a constant."""
        return sum(times * log(chance) for times, chance, _ in self.terms(p))

    def score(self, p: float) -> float:
        """Its slope."""
        return sum(times * slope / chance for times, chance, slope in self.terms(p))

    def terms(self, p: float) -> Iterator[tuple[int, float, float]]:
        """Of each kind of outcome that was seen: how often, its chance, and the slope of its chance."""
        for group in self.groups:
            chances = Outcomes(group.size, p, self.assay)
            if group.negative:
                yield group.negative, *chances.negative()
            if group.waiting:
                chance, slope = chances.negative()
                yield group.waiting, 1 - chance, -slope
            for positive, times in group.resolved.items():
                if times:
                    yield times, *chances.resolved(positive)


@dataclass(frozen=True)
class Outcomes:
    """The chances of what may come of a pool of this size, each with its slope by p."""

    size: int
    p: float
    assay: Assay

    def negative(self) -> tuple[float, float]:
        """The pool tests negative."""
        q = 1 - self.p
        return self.assay.negative(q**self.size), -self.assay.youden * self.size * q ** (self.size - 1)

    def resolved(self, positive: int) -> tuple[float, float]:
        """It tests positive, and then so many of its members singly."""
        n, k, q, alarm = self.size, positive, 1 - self.p, 1 - self.assay.specificity
        one, none = self.assay.positive(q), self.assay.negative(q)
        either = one**k * none ** (n - k)
        either_slope = self.assay.youden * (
            (k * one ** (k - 1) if k else 0.0) * none ** (n - k) - (one**k * (n - k) * none ** (n - k - 1) if n > k else 0.0)
        )
        nobody = alarm**k * self.assay.specificity ** (n - k)
        chance = self.assay.sensitivity * either - self.assay.youden * q**n * nobody
        slope = self.assay.sensitivity * either_slope + self.assay.youden * n * q ** (n - 1) * nobody
        return comb(n, k) * chance, comb(n, k) * slope


def variance(size: int, people: int, p: float, assay: Assay = PERFECT) -> float:
    """The variance of the prevalence estimated from so many people in pools of this size, every positive pool tested singly."""
    chances = Outcomes(size, p, assay)
    outcomes = [chances.negative(), *(chances.resolved(positive) for positive in range(size + 1))]
    return 1 / (people / size * sum(slope**2 / chance for chance, slope in outcomes if chance > 0))


def variance_singly(people: int, p: float, assay: Assay = PERFECT) -> float:
    """The same where everybody is tested singly."""
    found = assay.positive(1 - p)
    return found * (1 - found) / (people * assay.youden**2)


def estimate(groups: Sequence[Retested], assay: Assay = PERFECT, confidence: float = 0.95) -> Estimate | None:
    """The likeliest prevalence with the interval of the likelihood ratio; None where nothing was tested."""
    known = [group for group in groups if group.pools]
    if not known:
        return None
    of = RetestedEvidence(known, assay)
    pools, positive = sum(group.pools for group in known), sum(group.positive for group in known)
    return Estimate(greatest(of), likelihood_ratio(of, confidence), pools, positive, sum(g.size * g.pools for g in known))
