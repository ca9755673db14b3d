"""What every scheme answers: its cost beforehand, and the next tests from the results so far. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

# What is tested together, by the members' codes: one tube alone, or several mixed afresh from the tubes that were kept.
Mix = frozenset[str]
# What the tests said so far; a test that failed or is not done yet is absent, and is proposed again.
Results = Mapping[Mix, bool]


@dataclass(frozen=True)
class Assay:
    """The chance that one test is positive where it should be, and negative where it should be; the same for every mix."""

    sensitivity: float = 1.0
    specificity: float = 1.0

    def __post_init__(self) -> None:
        """ValueError where a test would tell nothing."""
        if not (0 < self.sensitivity <= 1 and 0 < self.specificity <= 1 and self.sensitivity + self.specificity > 1):
            raise ValueError(f"no assay: sensitivity {self.sensitivity}, specificity {self.specificity}")

    @property
    def youden(self) -> float:
        """By how much a positive mix is likelier to test positive than a negative one."""
        return self.sensitivity + self.specificity - 1

    def positive(self, all_negative: float) -> float:
        """The chance of a positive test of a mix whose members are all negative with this chance (the θ of Dorfman testing)."""
        return self.sensitivity - self.youden * all_negative

    def negative(self, all_negative: float) -> float:
        """The chance of a negative test, exact also where it is very small."""
        return 1 - self.sensitivity + self.youden * all_negative


PERFECT = Assay()


@dataclass(frozen=True)
class Accuracy:
    """How far the result of one member can be trusted after the whole scheme: shares between 0 and 1, mean over the members."""

    sensitivity: float
    specificity: float
    positive_predictive: float
    negative_predictive: float


def accuracy(prevalence: float, sensitivity: float, specificity: float) -> Accuracy:
    """The predictive values that follow, where there is anybody to predict for; else 1."""
    found, missed = prevalence * sensitivity, prevalence * (1 - sensitivity)
    cleared, alarmed = (1 - prevalence) * specificity, (1 - prevalence) * (1 - specificity)
    return Accuracy(
        sensitivity, specificity,
        found / (found + alarmed) if found + alarmed else 1.0,
        cleared / (cleared + missed) if cleared + missed else 1.0,
    )  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """Tests from the first to the last: on average, and at worst; and what is left on average once the whole pool was positive.

    `plates`: how many have to follow each other at most. `remaining` is None for a scheme that does not begin with the whole pool.
    """

    expected: float
    worst: int
    plates: int
    remaining: float | None
    accuracy: Accuracy


@dataclass(frozen=True)
class Step:
    """Where a scheme stands: what to test next (nothing: it is done), and who is known.

    `presumptive`: only these can explain a positive mix, but their own test is still to come.
    `contradictions`: mixes that were positive although every member was found negative; a person looks at them (dilution,
    contamination, wrong members), they are never closed silently.
    """

    tests: tuple[Mix, ...]
    positive: Mix
    negative: Mix
    presumptive: Mix = frozenset()
    contradictions: tuple[Mix, ...] = ()

    @property
    def done(self) -> bool:
        """Whether nothing is left to test."""
        return not self.tests


class Scheme(Protocol):
    """One way to find the positive members of an aliquot pool."""

    def cost(self, members: int, prevalence: float, assay: Assay = PERFECT) -> Cost:
        """The tests that this many independent members at this prevalence (0 to 1) will cost."""

    def step(self, members: Sequence[str], results: Results) -> Step:
        """What to test next, by the results so far; members in the order in which they stand in the rack."""


def contradicted(results: Results, negative: Mix) -> tuple[Mix, ...]:
    """Positive mixes of which every member was found negative, in a fixed order."""
    return tuple(sorted((mix for mix, found in results.items() if found and mix <= negative), key=sorted))
