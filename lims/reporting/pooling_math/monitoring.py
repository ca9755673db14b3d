"""Whether pooling still finds whom it should.

Source: the monitoring procedure that the FDA recommends to laboratories that pool, as printed in the instructions for use of
Quest's SARS-CoV-2 rRT-PCR, attachment 1: a moving rate of 7 to 10 days; the pool size is reassessed where the positivity by pools
is less than 85 % of the positivity by single tests (where the lab has that history), or else less than 90 % of the rate of the
first days of pooling; above 25 % pooling is not efficient and should cease.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isclose

SHORTEST, LONGEST = 7, 10


class Finding(StrEnum):
    """What is wrong."""

    BELOW_SINGLE_TESTS = "below_single_tests"
    BELOW_ITS_BEGINNING = "below_its_beginning"
    TOO_MANY_POSITIVE = "too_many_positive"


@dataclass(frozen=True)
class Limits:
    """The shares of the source."""

    of_single_tests: float = 0.85
    of_its_beginning: float = 0.90
    most_positive: float = 0.25


@dataclass(frozen=True)
class Day:
    """People with a final result from pooled testing on one local day, and how many of them were positive."""

    people: int
    positive: int


@dataclass(frozen=True)
class Watch:
    """The moving rate, the days it is of, and what is wrong: nothing, or one or more findings."""

    rate: float | None
    days: int
    findings: tuple[Finding, ...] = ()


def rate_of(days: Sequence[Day]) -> float | None:
    """The share of people who were positive; None where nobody was tested."""
    people = sum(day.people for day in days)
    return sum(day.positive for day in days) / people if people else None


def below(rate: float, limit: float) -> bool:
    """Whether a rate is below a limit, and not just by how numbers are kept."""
    return rate < limit and not isclose(rate, limit)


def watch(days: Sequence[Day], single_rate: float | None, first_rate: float | None, limits: Limits | None = None) -> Watch:
    """Judge the last days, oldest first: up to ten of them, from the seventh on.

    `single_rate`: positivity by single tests, where there is a history of it; `first_rate`: by pools when pooling began.
    """
    held = limits or Limits()
    window = days[-LONGEST:]
    rate = rate_of(window)
    if len(window) < SHORTEST or rate is None:
        return Watch(rate, len(window))
    rules = (
        (Finding.BELOW_SINGLE_TESTS, single_rate is not None and below(rate, held.of_single_tests * single_rate)),
        (
            Finding.BELOW_ITS_BEGINNING,
            single_rate is None and first_rate is not None and below(rate, held.of_its_beginning * first_rate),
        ),
        (Finding.TOO_MANY_POSITIVE, rate > held.most_positive),
    )
    return Watch(rate, len(window), tuple(finding for finding, holds in rules if holds))
