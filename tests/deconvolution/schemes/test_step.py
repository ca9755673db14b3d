"""What a scheme proposes to test next, and what it makes of the results."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.deconvolution.schemes.array import SquareArray, lines
from lims.deconvolution.schemes.halving import Halving, HalvingByDeduction
from lims.deconvolution.schemes.individual import Individual
from lims.deconvolution.schemes.matrix import Design, Matrix
from lims.deconvolution.schemes.rules import Mix, Scheme
from lims.deconvolution.schemes.subpools import SubPools
from tests.deconvolution.schemes.outside import followed, truly

SCHEMES: list[Scheme] = [
    Individual(), Halving(), SubPools(3), SquareArray(), SquareArray(master=True), SquareArray(orphans=False),
]  # fmt: skip
DEDUCING: list[Scheme] = [HalvingByDeduction(), HalvingByDeduction(confirm=False)]


def mix(*members: str) -> Mix:
    return frozenset(members)


@st.composite
def designs(draw: st.DrawFn) -> Design:
    members = draw(st.integers(1, 12))
    pools = draw(st.sets(st.frozensets(st.integers(0, members - 1), min_size=1), min_size=1, max_size=8))
    return Design(tuple(sorted(pools, key=sorted)), members)


@given(scheme=st.sampled_from(SCHEMES + DEDUCING), members=st.integers(1, 30), data=st.data())
def test_every_scheme_finds_just_the_positive_tubes(scheme: Scheme, members: int, data: st.DataObject) -> None:
    codes = [f"{number:02}" for number in range(members)]
    positive = data.draw(st.frozensets(st.sampled_from(codes)))
    step, _ = followed(scheme, codes, truly(positive))
    assert (step.positive, step.negative) == (positive, frozenset(codes) - positive)
    assert step.contradictions == ()
    assert step.done


@given(design=designs(), data=st.data())
def test_an_imported_design_finds_just_the_positive_tubes(design: Design, data: st.DataObject) -> None:
    codes = [f"{number:02}" for number in range(design.members)]
    positive = data.draw(st.frozensets(st.sampled_from(codes)))
    step, results = followed(Matrix(design), codes, truly(positive))
    assert (step.positive, step.negative) == (positive, frozenset(codes) - positive)
    assert len(results) <= len(design.pools) + design.members


@given(scheme=st.sampled_from(SCHEMES + DEDUCING), members=st.integers(1, 30), seed=st.integers())
def test_whatever_the_assay_says_everybody_is_found_positive_or_negative_in_the_end(scheme: Scheme, members: int, seed: int) -> None:
    codes = [f"{number:02}" for number in range(members)]
    drawn = Random(seed)
    step, results = followed(scheme, codes, lambda _: drawn.random() < 0.5)
    assert step.positive | step.negative == frozenset(codes)
    assert not step.positive & step.negative
    unexplained = {mixed for mixed, found in results.items() if found and not mixed & step.positive}
    assert set(step.contradictions) == unexplained


def test_bea_tests_the_pool_then_its_members() -> None:
    assert Individual().step("abc", {}).tests == (mix("a", "b", "c"),)
    assert Individual().step("abc", {mix("a", "b", "c"): True}).tests == (mix("a"), mix("b"), mix("c"))


def test_a_negative_pool_clears_its_members_at_once() -> None:
    step = Halving().step("abcd", {mix("a", "b", "c", "d"): False})
    assert step.done
    assert step.negative == mix("a", "b", "c", "d")


def test_a_failed_single_test_is_proposed_again() -> None:
    step = Individual().step("ab", {mix("a", "b"): True, mix("a"): True})
    assert step.tests == (mix("b"),)
    assert step.positive == mix("a")


def test_halves_go_on_the_same_plate() -> None:
    assert Halving().step("abcd", {mix(*"abcd"): True}).tests == (mix("a", "b"), mix("c", "d"))


def test_a_negative_first_half_hands_the_positive_on() -> None:
    results = {mix(*"abcd"): True, mix("a", "b"): False}
    assert HalvingByDeduction().step("abcd", results).tests == (mix("c"),)
    found = HalvingByDeduction().step("abcd", results | {mix("c"): False})
    assert (found.tests, found.presumptive) == ((mix("d"),), mix("d"))
    unconfirmed = HalvingByDeduction(confirm=False).step("abcd", results | {mix("c"): False})
    assert (unconfirmed.done, unconfirmed.positive) == (True, mix("d"))


def test_a_pool_whose_members_are_all_negative_is_said_not_hidden() -> None:
    pool = mix("a", "b")
    step = Individual().step("ab", {pool: True, mix("a"): False, mix("b"): False})
    assert step.done
    assert step.contradictions == (pool,)


def test_an_own_result_stands_before_what_the_pool_says() -> None:
    step = Individual().step("ab", {mix("a", "b"): False, mix("a"): True})
    assert (step.positive, step.negative) == (mix("a"), mix("b"))


def test_a_sub_pool_of_members_with_results_is_not_mixed_any_more() -> None:
    step = SubPools(2).step("abcd", {mix(*"abcd"): True, mix("a"): True, mix("b"): False})
    assert step.tests == (mix("c", "d"),)


def test_where_row_and_column_cross() -> None:
    rows, columns = lines("abcdefghi")
    assert rows[0] == mix("a", "b", "c")
    assert columns[0] == mix("a", "d", "g")
    results = {line: line in (rows[1], columns[2]) for line in (*rows, *columns)}
    assert SquareArray().step("abcdefghi", results).tests == (mix("f"),)


def test_a_row_without_a_positive_column_is_tested_whole() -> None:
    rows, columns = lines("abcd")
    results = {line: line == rows[0] for line in (*rows, *columns)}
    assert SquareArray().step("abcd", results).tests == (mix("a"), mix("b"))
    left = SquareArray(orphans=False).step("abcd", results)
    assert left.done
    assert left.contradictions == (rows[0],)


@pytest.mark.parametrize(("members", "sides"), [(1, (1, 1)), (2, (1, 2)), (5, (2, 3)), (7, (3, 3)), (10, (3, 4))])
def test_a_square_that_is_not_full_has_short_rows(members: int, sides: tuple[int, int]) -> None:
    rows, columns = lines([str(number) for number in range(members)])
    assert (len(rows), len(columns)) == sides
    assert frozenset().union(*rows) == frozenset().union(*columns)
