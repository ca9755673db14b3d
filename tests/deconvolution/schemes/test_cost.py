"""What a scheme says that it will cost. Figures: binGroup2 1.3.3, gtcorr 0.2-1, and geohot/corona issue 28, as published or run."""

from itertools import product

import pytest

from lims.deconvolution.schemes.array import SquareArray
from lims.deconvolution.schemes.halving import Halving, HalvingByDeduction
from lims.deconvolution.schemes.hierarchy import SINGLE, Split
from lims.deconvolution.schemes.individual import Individual
from lims.deconvolution.schemes.matrix import Matrix, read
from lims.deconvolution.schemes.rules import PERFECT, Assay, Scheme
from lims.deconvolution.schemes.subpools import BestSubPools, SubPools
from tests.deconvolution.schemes.outside import followed, truly

ASSAY = Assay(0.95, 0.99)
SQUARE_OF_FOUR = "1,1,0,0\n0,0,1,1\n1,0,1,0\n0,1,0,1"


@pytest.mark.parametrize(
    ("scheme", "members", "p", "assay", "expected", "sensitivity", "specificity"),
    [
        (Individual(), 10, 0.01, Assay(0.99, 0.99), 2.0371, 0.9801, 0.9991),
        (Individual(), 20, 0.1, ASSAY, 17.71435889, 0.9025, 0.9917698),
        (SubPools(3), 9, 0.01, ASSAY, 1.52080474, 0.857375, 0.99981403),
        (SubPools(5), 10, 0.05, ASSAY, 3.83322951, 0.857375, 0.99830778),
        (SquareArray(), 64, 0.005, ASSAY, 17.44628978, 0.92183075, 0.99982164),
        (SquareArray(), 100, 0.05, PERFECT, 37.98797241, 1, 1),
        (SquareArray(master=True), 100, 0.02, ASSAY, 22.11521907, 0.82857262, 0.99970774),
    ],
)
def test_the_published_figures(
    scheme: Scheme, members: int, p: float, assay: Assay, expected: float, sensitivity: float, specificity: float
) -> None:
    cost = scheme.cost(members, p, assay)
    assert cost.expected == pytest.approx(expected, abs=5e-5)
    assert cost.accuracy.sensitivity == pytest.approx(sensitivity, abs=5e-5)
    assert cost.accuracy.specificity == pytest.approx(specificity, abs=5e-5)


def test_the_predictive_values_follow() -> None:
    trust = Individual().cost(10, 0.01, Assay(0.99, 0.99)).accuracy
    assert trust.positive_predictive == pytest.approx(0.9127, abs=5e-5)
    assert trust.negative_predictive == pytest.approx(0.9998, abs=5e-5)


def test_a_square_as_an_imported_design_costs_what_crossings_cost() -> None:
    rows = [[int(column // 10 == row) for column in range(100)] for row in range(10)]
    columns = [[int(place % 10 == column) for place in range(100)] for column in range(10)]
    text = "\n".join(",".join(map(str, line)) for line in rows + columns)
    assert Matrix(read(text)).cost(100, 0.02, ASSAY).expected == pytest.approx(24.51451137, abs=5e-9)
    assert SquareArray(orphans=False).cost(100, 0.02, ASSAY).expected == pytest.approx(24.51451137, abs=5e-9)


@pytest.mark.parametrize(("p", "each"), [(0.005, 0.15), (0.02, 0.21), (0.1, 0.52), (0.5, 1.41)])
def test_deduction_saves_what_was_published(p: float, each: float) -> None:
    assert HalvingByDeduction(confirm=False).cost(8, p).expected / 8 == pytest.approx(each, abs=0.005)


def test_deduction_is_not_offered_for_an_assay_that_can_be_wrong() -> None:
    with pytest.raises(ValueError, match="perfect"):
        HalvingByDeduction().cost(8, 0.01, ASSAY)


def test_no_split_of_25_is_cheaper_than_five_fives() -> None:
    best = BestSubPools(0.01, Assay(0.99, 0.99))
    assert [part.size for part in best.split(25).parts] == [5] * 5
    assert best.cost(25, 0.01, Assay(0.99, 0.99)).expected == pytest.approx(3.38434545, abs=5e-9)


def test_where_nearly_everybody_is_positive_sub_pools_are_not_worth_it() -> None:
    assert BestSubPools(0.6).split(4) == Split(4, (SINGLE,) * 4)
    assert BestSubPools(0.6).split(1) == SINGLE


def test_ten_in_sub_pools_of_four_are_as_even_as_they_can_be() -> None:
    assert [part.size for part in SubPools(4).split(10).parts] == [4, 3, 3]
    assert SubPools(10).split(10) == Split(10, (SINGLE,) * 10)


def test_a_pool_that_is_already_positive_costs_the_rest() -> None:
    assert Individual().cost(10, 0.01, ASSAY).remaining == pytest.approx(10)
    assert SquareArray().cost(9, 0.01).remaining is None
    with_master = SquareArray(master=True).cost(9, 0.01)
    assert with_master.remaining == pytest.approx((with_master.expected - 1) / (1 - 0.99**9))


def test_nobody_can_be_positive() -> None:
    for scheme in (Individual(), Halving(), SubPools(3), SquareArray(master=True)):
        cost = scheme.cost(9, 0.0)
        assert (cost.expected, cost.remaining) == (1.0, 0.0)
        assert cost.accuracy.positive_predictive == 1


@pytest.mark.parametrize(
    "scheme",
    [
        Individual(), Halving(), HalvingByDeduction(), HalvingByDeduction(confirm=False), SubPools(2), SubPools(3), BestSubPools(0.05),
        SquareArray(), SquareArray(master=True), SquareArray(orphans=False), Matrix(read(SQUARE_OF_FOUR)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("p", [0.02, 0.3, 0.8])
def test_the_expected_and_the_worst_are_those_of_all_sixteen_truths(scheme: Scheme, p: float) -> None:
    """Every way in which four tubes can be positive, each followed to its end: no formula, only counting."""
    members, total, worst = ("a", "b", "c", "d"), 0.0, 0
    for truth in product([False, True], repeat=4):
        positive = frozenset(member for member, found in zip(members, truth, strict=True) if found)
        step, results = followed(scheme, members, truly(positive))
        assert (step.positive, step.negative) == (positive, frozenset(members) - positive)
        total += p ** len(positive) * (1 - p) ** (4 - len(positive)) * len(results)
        worst = max(worst, len(results))
    cost = scheme.cost(4, p)
    assert cost.expected == pytest.approx(total)
    assert worst <= cost.worst <= worst + 1  # the worst may need a wrong test


@pytest.mark.parametrize("members", [1, 2, 5, 7])
def test_a_square_has_as_many_rows_as_columns(members: int) -> None:
    with pytest.raises(ValueError, match="square"):
        SquareArray().cost(members, 0.01)


@pytest.mark.parametrize(("sensitivity", "specificity"), [(0, 1), (1.1, 1), (0.4, 0.5)])
def test_an_assay_that_tells_nothing_is_none(sensitivity: float, specificity: float) -> None:
    with pytest.raises(ValueError, match="no assay"):
        Assay(sensitivity, specificity)


def test_parts_make_the_whole() -> None:
    with pytest.raises(ValueError, match="do not make"):
        Split(3, (SINGLE, SINGLE))
    with pytest.raises(ValueError, match="has members"):
        SubPools(0)
