"""Which pool size, and what an area can bear."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.deconvolution.schemes.rules import Assay
from lims.reporting.pooling_math.dilution import Dilution, largest_above
from lims.reporting.pooling_math.pool_size import Ladder, Limit, Why, recommend
from lims.reporting.pooling_math.prevalence import Estimate, Interval
from lims.reporting.pooling_math.sizes import best_size, cost_per_person, discordant, gives_way, headroom

LADDER = (1, 3, 5, 10, 20)


@pytest.mark.parametrize(("p", "size"), [(0.01, 11), (0.02, 8), (0.05, 5), (0.1, 4), (0.3, 3)])
def test_dorfmans_sizes_of_1943(p: float, size: int) -> None:
    assert best_size(p, range(2, 61)) == size


@pytest.mark.parametrize(("larger", "smaller", "p"), [(20, 10, 0.0054), (10, 5, 0.0236), (5, 3, 0.094)])
def test_where_one_size_gives_way_to_the_next(larger: int, smaller: int, p: float) -> None:
    turn = gives_way(larger, smaller)
    assert turn == pytest.approx(p, abs=5e-4 if larger == 5 else 5e-5)
    assert cost_per_person(larger, turn) == pytest.approx(cost_per_person(smaller, turn))


def test_a_thousand_wells_for_eight_thousand_people_bear_a_quarter_of_a_percent() -> None:
    assert headroom(1000, 8000, 10) == pytest.approx(0.0025, abs=5e-5)


def test_where_the_pools_alone_are_too_many_there_is_no_headroom() -> None:
    assert headroom(700, 8000, 10) is None
    assert headroom(8000, 1000, 10) == 1.0
    assert headroom(900, 8000, 10, Assay(0.95, 0.98)) is None  # false alarms alone eat what is spare


@given(st.integers(2, 30), st.floats(0.0001, 0.2), st.floats(0.8, 1), st.floats(0.9, 1))
def test_at_the_headroom_the_wells_are_just_enough(size: int, p: float, sensitivity: float, specificity: float) -> None:
    assay = Assay(sensitivity, specificity)
    needed = 1000 * cost_per_person(size, p, assay)
    assert headroom(needed, 1000, size, assay) == pytest.approx(p, rel=1e-4)


def test_a_perfect_assay_has_no_discordant_pools() -> None:
    assert discordant(10, 0.01) == pytest.approx(0)
    assert discordant(10, 0.0, Assay(0.95, 0.99)) == pytest.approx(0.01 * 0.99**10)
    assert discordant(10, 0.01, Assay(1, 1), Assay(0.9, 1)) > 0  # the pool is right, the single test misses


def estimate(p: float, high: float | None = None) -> Estimate:
    return Estimate(p, Interval(p / 2, high or p * 1.2), 1000, 10, 10_000)


from_ten = partial(recommend, 10)


def test_prevalence_rose_so_the_next_pools_are_of_five() -> None:
    found = from_ten(estimate(0.04), Ladder())
    assert (found.size, found.why) == (5, Why.PREVALENCE_ROSE)
    assert found.tests_per_person < found.tests_per_person_now


def test_prevalence_fell_and_even_the_upper_end_bears_twenty() -> None:
    found = from_ten(estimate(0.001, high=0.003), Ladder())
    assert (found.size, found.why) == (20, Why.PREVALENCE_FELL)


def test_twenty_waits_until_it_is_sure() -> None:
    assert from_ten(estimate(0.001, high=0.02), Ladder()).why is Why.NOT_SURE_YET


def test_around_a_turn_the_size_stays_in_both_directions() -> None:
    p = gives_way(10, 5)
    for now in (5, 10):
        for moved in (0.98, 1.02):
            found = recommend(now, estimate(p * moved, high=p * moved), Ladder())
            assert found.size == now
            assert found.why in {Why.GAIN_TOO_SMALL, Why.ALREADY_BEST}


def test_where_a_third_is_positive_pooling_does_not_pay() -> None:
    assert (from_ten(estimate(0.35), Ladder()).size, from_ten(estimate(0.35), Ladder()).why) == (1, Why.POOLING_DOES_NOT_PAY)


def test_nothing_is_recommended_from_nothing() -> None:
    found = from_ten(None, Ladder())
    assert (found.size, found.why, found.prevalence) == (10, Why.NOTHING_TESTED, None)


def test_the_assay_allows_ten_at_most_and_that_is_said() -> None:
    found = from_ten(estimate(0.001, high=0.002), Ladder(assay_most=10))
    assert (found.size, found.limit, found.limited_size) == (10, Limit.ASSAY, 20)


def test_the_sensitivity_floor_keeps_twenty_away() -> None:
    found = from_ten(estimate(0.001, high=0.002), Ladder(sensitivity_floor=0.8), sensitivity=Dilution().sensitivity)
    assert (found.size, found.limit, found.limited_size) == (10, Limit.SENSITIVITY, 20)
    assert largest_above(0.85, LADDER, Dilution()) == 5
    assert largest_above(0.99, LADDER, Dilution()) is None


def test_a_size_that_is_not_allowed_any_more_is_left_even_without_figures() -> None:
    found = recommend(20, None, Ladder(assay_most=10))
    assert (found.size, found.why) == (10, Why.NOT_ALLOWED)
    kept = recommend(20, estimate(0.01), Ladder(assay_most=10))
    assert (kept.size, kept.why) == (10, Why.NOT_ALLOWED)


@given(st.sampled_from(LADDER), st.floats(0, 0.5), st.floats(0, 0.5))
def test_whatever_is_recommended_stays_recommended(now: int, p: float, more: float) -> None:
    """No to and fro: with the same figures every day, the size goes one way, and soon stays."""
    figures, size, path = Estimate(p, Interval(0.0, min(1.0, p + more)), 100, 5, 1000), now, [now]
    for _ in LADDER:
        found = recommend(size, figures, Ladder())
        assert found.tests_per_person <= found.tests_per_person_now
        size = found.size
        path.append(size)
    assert path[-1] == path[-2]
    assert path in (sorted(path), sorted(path, reverse=True))


@pytest.mark.parametrize(("size", "seen"), [(1, 0.975), (2, 0.9356), (5, 0.8632), (10, 0.8105), (20, 0.7576)])
def test_the_dilution_that_was_published(size: int, seen: float) -> None:
    assert Dilution().sensitivity(size) == pytest.approx(seen, abs=5e-5)
