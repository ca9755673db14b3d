"""Pools of one size: intervals in closed form, an assay known only by its own trial, and how to design a survey.

Sources: Cowling, Gardner, Johnson, "Comparison of methods for estimation of individual-level prevalence based on pooled samples",
Preventive Veterinary Medicine 39 (1999), methods 2 and 5 (as in Ausvet EpiTools); Christensen and Gardner (2000) for the
sensitivity of a survey (RSurveillance); Swallow, "Group testing for estimating infection rates", Phytopathology 75 (1985).
"""

from dataclasses import dataclass
from math import sqrt

from lims.deconvolution.schemes.rules import PERFECT, Assay
from lims.reporting.pooling_math.exact import at_most, exactly, of_one_person
from lims.reporting.pooling_math.pools import Group
from lims.reporting.pooling_math.prevalence import Interval
from lims.reporting.pooling_math.solving import z_of


@dataclass(frozen=True)
class Normal:
    """An estimate with its standard error, and the interval of the normal distribution."""

    prevalence: float
    error: float
    interval: Interval


@dataclass(frozen=True)
class Trial:
    """How many positive and negative specimens an assay's sensitivity and specificity were found with."""

    positives: float
    negatives: float


def normal(group: Group, assay: Assay = PERFECT, trial: Trial | None = None, confidence: float = 0.95) -> Normal:
    """The estimate and its error by the delta method, with the doubt about the assay itself where its trial is told."""
    share, k = group.positive / group.pools, group.size
    negative = min(1.0, max(0.0, (assay.sensitivity - share) / assay.youden))
    p = 1 - negative ** (1 / k)
    slope = negative ** (1 / k - 1) / (k * assay.youden)
    doubt = share * (1 - share) / group.pools
    if trial:
        doubt += (1 - negative) ** 2 * assay.sensitivity * (1 - assay.sensitivity) / trial.positives
        doubt += negative**2 * assay.specificity * (1 - assay.specificity) / trial.negatives
    error = slope * sqrt(doubt)
    reach = z_of(confidence) * error
    return Normal(p, error, Interval(max(0.0, p - reach), min(1.0, p + reach)))


def survey_sensitivity(pools: int, size: int, p: float, assay: Assay = PERFECT) -> float:
    """The chance that at least one of so many pools is positive where the prevalence is p."""
    return 1 - (1 - assay.positive((1 - p) ** size)) ** pools


def survey_specificity(pools: int, assay: Assay = PERFECT) -> float:
    """The chance that none is positive where nobody is."""
    return assay.specificity**pools


@dataclass(frozen=True)
class Design:
    """A pool size for a survey, with the mean squared error and the mean of its estimate."""

    size: int
    squared_error: float
    mean: float


def design(pools: int, size: int, p: float) -> Design:
    """How far the likeliest prevalence lies from p on average, by every number of positive pools (a perfect assay)."""
    share = 1 - (1 - p) ** size
    read = [(exactly(count, pools, share), of_one_person(count / pools, size)) for count in range(pools + 1)]
    return Design(size, sum(chance * (estimate - p) ** 2 for chance, estimate in read), sum(chance * e for chance, e in read))


def best_design(pools: int, p: float, largest: int) -> Design:
    """The smallest size after which the error of the estimate grows again."""
    best = design(pools, 1, p)
    for size in range(2, largest + 1):
        after = design(pools, size, p)
        if after.squared_error > best.squared_error:
            break
        best = after
    return best


def chance_of_so_few(group: Group, p: float) -> float:
    """The chance of so few positive pools or fewer if the prevalence were p (the p-value of "it is less than p")."""
    return at_most(group.positive, group.pools, 1 - (1 - p) ** group.size)
