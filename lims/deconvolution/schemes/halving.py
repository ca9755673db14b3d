"""A positive mix is cut in two until single tubes are left: fewest tests at low prevalence, but a plate for every cut."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from lims.deconvolution.schemes import hierarchy
from lims.deconvolution.schemes.hierarchy import SINGLE, Split
from lims.deconvolution.schemes.rules import PERFECT, Assay, Cost, Mix, Results, Step, accuracy, contradicted


@cache
def halves(members: int) -> Split:
    """So many members, cut in two again and again, the larger half first."""
    return SINGLE if members == 1 else Split(members, tuple(halves(size) for size in hierarchy.evenly(members, 2)))


@dataclass(frozen=True)
class Halving:
    """Both halves of a positive mix are tested, so that everybody who is positive has a test of their own."""

    def cost(self, members: int, prevalence: float, assay: Assay = PERFECT) -> Cost:
        """At most 2n - 1 tests of n members."""
        return hierarchy.cost(halves(members), prevalence, assay)

    def step(self, members: Sequence[str], results: Results) -> Step:
        """Every cut of every positive mix that is not tested yet."""
        return hierarchy.step(halves(len(members)), members, results)


@dataclass(frozen=True)
class HalvingByDeduction:
    """Only the first half is tested: where it is negative, the second must be positive. Saves tests, and trusts every one of them.

    Right for a perfect assay only: one wrong test hands a positive on to the wrong tube. Whoever is found by deduction alone is
    presumptive, and has a test of their own at the end where `confirm` is set (as a result for a person needs).
    """

    confirm: bool = True

    def cost(self, members: int, prevalence: float, assay: Assay = PERFECT) -> Cost:
        """Expected tests by recursion over the halves; ValueError for an assay that is not perfect."""
        if assay != PERFECT:
            raise ValueError("deduction needs a perfect assay")
        expected, at_worst, plates = deduced(members, 1 - prevalence, confirm=self.confirm)
        positive = 1 - (1 - prevalence) ** members
        return Cost(1 + positive * expected, 1 + at_worst, 1 + plates, expected, accuracy(prevalence, 1.0, 1.0))

    def step(self, members: Sequence[str], results: Results) -> Step:
        """One test for every mix that is known to be positive and is not resolved yet."""
        found = Deduction([], set(), set())
        follow(halves(len(members)), tuple(members), results, found)
        own = {member for member in members if frozenset({member}) in results}
        positive = frozenset(member for member in own if results[frozenset({member})])
        presumed = found.positive - own
        if not self.confirm:
            positive, presumed = positive | presumed, set()
        alone = (frozenset({member}) for member in members if member in presumed)
        negative = frozenset(found.negative | own) - positive
        return Step(tuple(dict.fromkeys([*found.tests, *alone])), positive, negative, frozenset(presumed), contradicted(results, negative))


def deduced(members: int, negative: float, *, confirm: bool) -> tuple[float, int, int]:
    """Tests after a mix of so many was found positive, on average and at worst, and plates; `negative` is the chance that one member is.

    A single tube costs nothing more, unless it was found by deduction and is to be confirmed: that is the last member of the mix,
    when all before it are negative.
    """

    @cache
    def known(size: int, *, tested: bool) -> tuple[float, int, int]:
        if size == 1:
            return (0.0, 0, 0) if tested or not confirm else (1.0, 1, 1)
        first, second = hierarchy.evenly(size, 2)
        whole = 1 - negative**size
        hit = (1 - negative**first) / whole if whole else 1.0
        in_first, in_second = known(first, tested=True), known(second, tested=False)
        also = known(second, tested=True)
        expected = 1 + hit * (in_first[0] + 1 + (1 - negative**second) * also[0]) + (1 - hit) * in_second[0]
        worst = 1 + max(in_first[1] + 1 + also[1], in_second[1])
        return expected, worst, 1 + max(in_first[2], 1 + also[2], in_second[2])

    return known(members, tested=True)


@dataclass
class Deduction:
    """What is collected on the way down."""

    tests: list[Mix]
    positive: set[str]
    negative: set[str]


def follow(split: Split, members: tuple[str, ...], results: Results, found: Deduction, *, known: bool = False) -> None:
    """Collect tests and findings below a mix; `known`: it must be positive, because its other half is not."""
    mix = frozenset(members)
    if not known and mix not in results:
        found.tests.append(mix)
    elif not results.get(mix, True):
        found.negative.update(members)
    elif not split.parts:
        found.positive.update(members)
    else:
        first, second = split.parts
        cut = members[: first.size]
        follow(first, cut, results, found)
        if frozenset(cut) in results:
            follow(second, members[first.size :], results, found, known=not results[frozenset(cut)])
