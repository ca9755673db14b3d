"""A scheme at work: in whatever order results come, whatever is lost, it ends, and nobody is cleared who is not negative."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.custody.rules import BenchState, Call
from lims.deconvolution.plans.choosing import in_order, mixing
from lims.deconvolution.plans.rules import MemberTube, Standing, SubPool, Trouble, progress
from lims.deconvolution.schemes.choice import Kind, reckonings, scheme_of, within
from lims.deconvolution.schemes.matrix import Design, Matrix
from lims.deconvolution.schemes.rules import PERFECT, Assay, Mix, Scheme
from lims.kernel.errors import Refused
from tests.deconvolution.plans.outcomes import Deed, Lab

KINDS = st.sampled_from([Kind.INDIVIDUAL, Kind.HALVING, Kind.HALVING_BY_DEDUCTION, Kind.SUB_POOLS, Kind.SQUARE])
LUCK = st.randoms(use_true_random=False)


@st.composite
def schemes(draw: st.DrawFn) -> tuple[Scheme, list[str]]:
    """A scheme and the members it is for."""
    members = [f"t{number}" for number in range(draw(st.integers(1, 12)))]
    if draw(st.booleans()):
        return Matrix(draw(designs(len(members)))), members
    return scheme_of(kind := draw(KINDS), draw(st.integers(2, 5)) if kind is Kind.SUB_POOLS else None), members


def designs(members: int) -> st.SearchStrategy[Design]:
    """A design in which each member is in a pool; not always a clever one."""
    pools = st.lists(st.frozensets(st.integers(0, members - 1), min_size=1), max_size=5)
    return pools.map(
        lambda chosen: Design((*dict.fromkeys(chosen), frozenset(range(members)) - frozenset().union(*chosen) or frozenset({0})), members)
    )


def perfect(positive: Sequence[str]) -> Callable[[Mix], Call]:
    """An assay that is never wrong."""
    return lambda mix: Call.POSITIVE if mix & set(positive) else Call.NEGATIVE


@given(schemes(), st.data(), LUCK)
def test_every_scheme_finds_exactly_the_positive_tubes_in_any_order(
    of: tuple[Scheme, list[str]], data: st.DataObject, luck: object
) -> None:
    scheme, members = of
    positive = data.draw(st.sets(st.sampled_from(members), min_size=1))
    lab = Lab(scheme, members, perfect(sorted(positive)))
    end = lab.finish(luck.choice)  # type: ignore[attr-defined]  # hypothesis gives a random.Random and calls it an object
    assert {code for code, tube in lab.tubes.items() if tube.own is Call.POSITIVE} == positive
    assert {code for code, tube in lab.tubes.items() if tube.cleared or tube.own is Call.NEGATIVE} == set(members) - positive
    assert end.problems == ()


@given(st.sampled_from([Kind.HALVING, Kind.SUB_POOLS, Kind.SQUARE, Kind.INDIVIDUAL]), st.integers(3, 16), st.data(), LUCK)
def test_no_scheme_costs_more_than_it_said_at_worst(kind: Kind, count: int, data: st.DataObject, luck: object) -> None:
    members = [str(number) for number in range(count)]
    offers = [one for one in reckonings([count], 0.05) if one.kind is kind]
    if not offers:
        return
    offer = data.draw(st.sampled_from(offers))
    positive = data.draw(st.sets(st.sampled_from(members), min_size=1))
    lab = Lab(scheme_of(kind, offer.size), members, perfect(sorted(positive)))
    lab.finish(luck.choice)  # type: ignore[attr-defined]  # as above
    assert lab.tests <= offer.worst


@given(schemes(), st.data(), LUCK)
def test_whatever_fails_is_lost_or_lies_it_ends_and_nobody_is_cleared_without_a_negative_test(
    of: tuple[Scheme, list[str]], data: st.DataObject, luck: object
) -> None:
    scheme, members = of
    calls = st.sampled_from([*[Call.NEGATIVE] * 3, Call.POSITIVE, Call.INCONCLUSIVE])
    failures = data.draw(st.integers(0, 3))
    heard: list[Mix] = []

    def sees(mix: Mix) -> Call:
        heard.append(mix)
        return Call.INVALID if len(heard) <= failures else data.draw(calls)

    lab = Lab(scheme, members, sees)
    losses = data.draw(st.lists(st.sampled_from(members), max_size=3, unique=True))

    def choose(deeds: list[Deed]) -> Deed:
        if losses and luck.random() < 0.3 and lab.tubes[losses[-1]].mixable:  # type: ignore[attr-defined]  # as above
            return lambda: lab.lose(losses.pop())
        if losses and not lab.tubes[losses[-1]].mixable:
            losses.pop()
        return luck.choice(deeds)  # type: ignore[attr-defined]  # as above

    end = lab.finish(choose)
    for code, tube in lab.tubes.items():
        assert tube.cleared or tube.own is not None or tube.gone, (code, tube)
        if tube.cleared:
            by = lab.mixed[lab.settled_by[code]]
            assert by.call is Call.NEGATIVE
            assert code in by.members
    negative = {code for code, tube in lab.tubes.items() if tube.cleared or tube.own is Call.NEGATIVE}
    if negative == set(members):
        assert Trouble.CONTRADICTION in {one.trouble for one in end.problems}
    assert {one.tube for one in end.problems if one.trouble is Trouble.TUBE_GONE} == {code for code, tube in lab.tubes.items() if tube.gone}


@given(st.lists(st.integers(1, 12), min_size=2, max_size=6), st.data(), LUCK)
def test_several_pools_in_one_square_come_to_the_same(sizes: list[int], data: st.DataObject, luck: object) -> None:
    pools = {f"p{number}": [f"p{number} {place}" for place in range(size)] for number, size in enumerate(sizes)}
    members = in_order(pools)
    assert sorted(members) == sorted(code for codes in pools.values() for code in codes)
    positive = {data.draw(st.sampled_from(codes)) for codes in pools.values()}
    lab = Lab(scheme_of(Kind.SQUARE, alone=False), members, perfect(sorted(positive)), [frozenset(codes) for codes in pools.values()])
    lab.finish(luck.choice)  # type: ignore[attr-defined]  # as above
    assert {code for code, tube in lab.tubes.items() if tube.own is Call.POSITIVE} == positive


def test_ten_pools_of_ten_lie_so_that_no_line_of_the_square_is_one_of_them() -> None:
    order = in_order({str(pool): [f"{pool} {place}" for place in range(10)] for pool in range(10)})
    rows = [order[start : start + 10] for start in range(0, 100, 10)]
    columns = [order[start::10] for start in range(10)]
    assert {len({code.split()[0] for code in line}) for line in (*rows, *columns)} == {10}


def test_a_half_that_is_negative_waits_until_something_else_explains_the_pool() -> None:
    members = list("abcd")
    tubes = {code: MemberTube(code, BenchState.POOLED) for code in members}
    first = SubPool("one", frozenset("ab"), BenchState.RELEASED, Call.NEGATIVE)
    second = SubPool("two", frozenset("cd"), BenchState.CALLED)
    now = progress(scheme_of(Kind.HALVING), members, tubes, [first, second], [frozenset(members)])
    assert (now.settled, now.standing, now.under_test) == ({}, Standing.TEST, ("two",))
    released = SubPool("two", frozenset("cd"), BenchState.RELEASED, Call.POSITIVE)
    later = progress(scheme_of(Kind.HALVING), members, tubes, [first, released], [frozenset(members)])
    assert (dict(later.settled), later.to_test) == ({"a": "one", "b": "one"}, ("c", "d"))


def test_a_positive_sub_pool_is_not_outweighed_by_a_second_of_the_same_tubes() -> None:
    members = list("abcd")
    tubes = {code: MemberTube(code, BenchState.POOLED) for code in members}
    twice = [SubPool(code, frozenset("ab"), BenchState.RELEASED, call) for code, call in (("x", Call.POSITIVE), ("y", Call.NEGATIVE))]
    now = progress(scheme_of(Kind.HALVING), members, tubes, twice, [frozenset(members)])
    assert now.settled == {}
    assert now.to_test == ("a", "b")


def test_what_is_at_hand_is_the_nearest_sub_pool_or_refused_with_what_is_wrong() -> None:
    wanted = [("a", "b"), ("c", "d", "e")]
    assert mixing("case", wanted, ["d", "e", "c"]) == ("c", "d", "e")
    assert mixing("case", wanted, None) == ("a", "b")
    for scanned, said in (
        (["c", "d"], "lacks these tubes: e"),
        (["c", "d", "x"], "do not belong to the sub-pool that case case wants now: x"),
    ):
        with pytest.raises(Refused, match=said):
            mixing("case", wanted, scanned)
    with pytest.raises(Refused, match="no sub-pool to mix now"):
        mixing("case", [], ["a"])


def test_members_of_a_positive_pool_are_likelier_to_be_positive() -> None:
    assert within([1], 0.01, PERFECT) == pytest.approx(1.0)
    assert within([10], 0.01, PERFECT) == pytest.approx(0.01 / (1 - 0.99**10))
    assert 0.01 < within([10, 20], 0.01, Assay(0.95, 0.99)) < within([10], 0.01, PERFECT)
    square = next(one for one in reckonings([10] * 10, 0.01) if one.kind is Kind.SQUARE)
    assert (square.worst, square.stages) == (120, 2)
    assert 20 < square.expected < 100
