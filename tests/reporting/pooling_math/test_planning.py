"""Households, monitoring, tomorrow's wells, backlogs, and what would be if."""

from math import comb, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.deconvolution.schemes.individual import Individual
from lims.deconvolution.schemes.rules import PERFECT, Assay
from lims.deconvolution.schemes.subpools import SubPools
from lims.reporting.pooling_math.fixed_size import chance_of_so_few, survey_sensitivity, survey_specificity
from lims.reporting.pooling_math.households import all_negative, correlation_of, cost_per_person, grouped, measured_gain
from lims.reporting.pooling_math.monitoring import Day, Finding, Limits, watch
from lims.reporting.pooling_math.pools import Group
from lims.reporting.pooling_math.tomorrow import days_to_clear, positive_pools
from lims.reporting.pooling_math.what_if import Question, answer

ASSAY = Assay(0.95, 0.99)


@pytest.mark.parametrize(
    ("household", "correlation", "p", "tests"),
    [(2, 0.1, 0.02, 0.27408228), (5, 0.3, 0.02, 0.21848202), (10, 0.5, 0.01, 0.1372041), (5, 0.1, 0.05, 0.4355259)],
)
def test_households_in_one_pool_save_what_was_published(household: int, correlation: float, p: float, tests: float) -> None:
    assert cost_per_person([household] * (10 // household), p, correlation, ASSAY) == pytest.approx(tests, abs=5e-9)


def test_strangers_and_those_who_are_always_alike() -> None:
    assert all_negative(4, 0.1, 0.0) == pytest.approx(0.9**4)
    assert all_negative(4, 0.1, 1.0) == pytest.approx(0.9)
    assert all_negative(0, 0.1, 1.0) == 1


@given(st.lists(st.integers(1, 10), max_size=60))
def test_households_are_never_torn_apart(households: list[int]) -> None:
    pools = grouped(households, 10)
    assert sorted(place for pool in pools for place in pool) == list(range(len(households)))
    filled = [sum(households[place] for place in pool) for pool in pools]
    assert all(1 <= people <= 10 for people in filled)
    assert sum(people <= 5 for people in filled) <= 1, "two half-empty pools would have been one"


def test_a_household_larger_than_a_pool_is_for_a_person_to_split() -> None:
    with pytest.raises(ValueError, match="household of 12 does not fit a pool of 10"):
        grouped([3, 12], 10)


def test_the_gain_of_households_is_measured_against_strangers() -> None:
    found = measured_gain([Group(10, 100, 5)], 0.01)
    assert found.positive == 5
    assert found.expected_of_strangers == pytest.approx(100 * (1 - 0.99**10))
    assert found.tests_saved == pytest.approx(10 * (found.expected_of_strangers - 5))


def test_how_alike_a_household_is() -> None:
    assert correlation_of([(2, 2)] * 10 + [(2, 0)] * 90) == pytest.approx(1)
    assert correlation_of([(2, 1)] * 20 + [(2, 0)] * 80) == 0
    assert correlation_of([(1, 1), (1, 0)]) is None
    assert correlation_of([(3, 0)] * 5) is None


def days(people: int, positive: int, count: int = 10) -> list[Day]:
    return [Day(people, positive)] * count


def test_pools_that_find_less_than_single_tests_did_are_reported() -> None:
    assert watch(days(1000, 8), 0.01, None).findings == (Finding.BELOW_SINGLE_TESTS,)
    assert watch(days(1000, 9), 0.01, None).findings == ()


def test_without_a_history_the_beginning_is_the_measure() -> None:
    assert watch(days(1000, 8), None, 0.01).findings == (Finding.BELOW_ITS_BEGINNING,)
    assert watch(days(1000, 9), None, 0.01).findings == ()
    assert watch(days(1000, 8), 0.009, 0.01).findings == ()


def test_above_a_quarter_pooling_stops() -> None:
    assert watch(days(100, 26), None, None).findings == (Finding.TOO_MANY_POSITIVE,)
    assert watch(days(100, 26), None, None, Limits(most_positive=0.3)).findings == ()


def test_six_days_are_too_few_to_judge_and_the_eleventh_last_does_not_count() -> None:
    assert watch(days(100, 90, 6), 0.9, 0.9) == watch(days(100, 90, 6), None, None)
    found = watch([Day(1_000_000, 999_999), *days(1000, 8)], 0.01, None)
    assert (found.days, found.rate) == (10, 0.008)
    assert watch(days(0, 0), None, 0.1).rate is None


def test_the_band_of_tomorrow_holds_just_what_was_asked() -> None:
    """Against the beta-binomial with whole parameters: so many of 12, with 3.5 and 7.5."""
    band = positive_pools(seen=10, positive=3, tomorrow=12, confidence=0.8)
    chances, steps = [], 20_000
    for count in range(13):
        grid = [(step + 0.5) / steps for step in range(steps)]
        chances.append(comb(12, count) * sum(t ** (count + 2.5) * (1 - t) ** (12 - count + 6.5) for t in grid))
    total = sum(chances)
    below = sum(chances[: band.low]) / total
    upto = sum(chances[: band.high + 1]) / total
    assert below <= 0.1 < below + chances[band.low] / total
    assert upto >= 0.9 > upto - chances[band.high] / total
    assert band.expected == pytest.approx(12 * 3.5 / 11)


@given(st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 30_000))
def test_tomorrows_band_is_in_order(seen: int, positive: int, tomorrow: int) -> None:
    band = positive_pools(max(seen, positive), positive, tomorrow)
    assert 0 <= band.low <= band.high <= tomorrow
    low, expected, high = band.wells(10)
    assert low <= high
    assert expected == pytest.approx(10 * band.expected)


def test_when_the_backlog_is_gone() -> None:
    assert days_to_clear(500, 1000, 8000, 10, 0.001) == pytest.approx(500 / (1000 - 8000 * (0.1 + 1 - 0.999**10)))
    assert days_to_clear(500, 1000, 8000, 10, 0.01) == inf
    assert days_to_clear(0, 1000, 8000, 10, 0.01) == 0


def test_what_three_million_people_take() -> None:
    found = answer(Question(3_000_000, 0.001, 10, Individual(), 300_000))
    assert found.pools == 300_000
    assert found.tests_per_person == pytest.approx(0.10995512, abs=5e-9)
    assert found.days == pytest.approx(0.10995512 * 10, abs=1e-6)
    assert found.people_a_day == pytest.approx(300_000 / 0.10995512, rel=1e-6)
    assert (found.found, found.missed, found.false_alarms) == pytest.approx((3000, 0, 0))
    assert found.saved_against_single == pytest.approx(3_000_000 - found.tests)


def test_an_assay_that_misses_leaves_people_unfound() -> None:
    found = answer(Question(10_000, 0.01, 10, SubPools(5), 1000, ASSAY))
    assert found.found + found.missed == pytest.approx(100)
    assert found.found == pytest.approx(85.7375)
    assert found.plates == 3


def test_questions_at_the_edge() -> None:
    assert answer(Question(0, 0.01, 10, Individual(), 0)).days == 0
    assert answer(Question(10, 0.01, 10, Individual(), 0)).days == inf
    with pytest.raises(ValueError, match="no question"):
        Question(10, 1.5, 10, Individual(), 100)


def test_whether_a_survey_would_have_seen_it() -> None:
    assert survey_sensitivity(60, 5, 0.01) == pytest.approx(0.9509591, abs=5e-8)
    assert survey_specificity(60, PERFECT) == 1
    assert chance_of_so_few(Group(100, 10, 1), 0.005) == pytest.approx(0.04996, abs=5e-6)
