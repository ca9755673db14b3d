"""Pools of several sizes with their results, and how likely these are at a prevalence.

Source: Biggerstaff, "Confidence intervals for the difference of two proportions estimated from pooled samples", Journal of
Agricultural, Biological, and Environmental Statistics 13 (2008), and the package PooledInfRate; with an imperfect assay the
chance that a pool of m tests positive is π = Se - (Se + Sp - 1)(1 - p)^m.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Protocol

from lims.deconvolution.schemes.rules import PERFECT, Assay


@dataclass(frozen=True)
class Group:
    """Pools of one size: how many members each has, how many pools there were, how many of them were positive."""

    size: int
    pools: int
    positive: int

    def __post_init__(self) -> None:
        """ValueError where more are positive than there are."""
        if self.size < 1 or not 0 <= self.positive <= self.pools:
            raise ValueError(f"{self.positive} of {self.pools} pools of {self.size} cannot be positive")


class Evidence(Protocol):
    """What results say about a prevalence p: the logarithm of their likelihood and its slope, between 0 and `ceiling`."""

    @property
    def ceiling(self) -> float:
        """The largest p that is looked at."""

    @property
    def several_hills(self) -> bool:
        """Whether the likelihood may have more than one top."""

    def log(self, p: float) -> float:
        """The logarithm of the likelihood."""

    def score(self, p: float) -> float:
        """Its slope."""


@dataclass(frozen=True)
class Likelihood:
    """What the results of these pools say about the prevalence p, 0 < p < 1."""

    groups: Sequence[Group]
    assay: Assay = PERFECT

    @property
    def people(self) -> int:
        """Members of all pools."""
        return sum(group.size * group.pools for group in self.groups)

    @property
    def positive(self) -> int:
        """Positive pools."""
        return sum(group.positive for group in self.groups)

    @property
    def all_positive(self) -> bool:
        """Whether every pool was positive."""
        return all(group.positive == group.pools for group in self.groups)

    @property
    def several_hills(self) -> bool:
        """Only with an assay that can be wrong, and pools of several sizes."""
        return self.assay != PERFECT

    @property
    def ceiling(self) -> float:
        """The largest p that is looked at: beyond it, (1 - p)^m is below what a number can hold."""
        return float(1 - 10.0 ** (-100 / max(12, *(group.size for group in self.groups))))

    def chance(self, group: Group, p: float) -> tuple[float, float, float]:
        """π of a pool of this group, its slope, its variance π(1 - π)."""
        negative = (1 - p) ** group.size
        pi = self.assay.positive(negative)
        return pi, self.assay.youden * group.size * negative / (1 - p), pi * self.assay.negative(negative)

    def log(self, p: float) -> float:
        """The logarithm of the likelihood."""
        total = 0.0
        for group in self.groups:
            pi, _, variance = self.chance(group, p)
            total += group.positive * log(pi) if group.positive else 0.0
            total += (group.pools - group.positive) * log(variance / pi) if group.pools > group.positive else 0.0
        return total

    def score(self, p: float) -> float:
        """Its slope."""
        total = 0.0
        for group in self.groups:
            pi, slope, variance = self.chance(group, p)
            # Where all are positive, what is left of them is told exactly also where it is very small.
            all_of_them = group.positive == group.pools
            surplus = group.pools * variance / pi if all_of_them else group.positive - group.pools * pi
            total += surplus * slope / variance
        return total

    def information(self, p: float) -> float:
        """The variance of the score (Fisher information)."""
        total = 0.0
        for group in self.groups:
            _, slope, variance = self.chance(group, p)
            total += group.pools * slope**2 / variance
        return total

    def pull(self, p: float) -> float:
        """What Firth's correction takes off the score: the information times the bias of the likeliest p, to the first order."""
        total = 0.0
        for group in self.groups:
            _, slope, variance = self.chance(group, p)
            total += group.pools * slope**2 * (group.size - 1) / (1 - p) / variance
        return total / (2 * self.information(p))

    def skewness(self, p: float) -> float:
        """The skewness of the score."""
        third = 0.0
        for group in self.groups:
            pi, slope, variance = self.chance(group, p)
            third += group.pools * slope**3 * (1 - 2 * pi) / variance**2
        return float(third / self.information(p) ** 1.5)
