"""Prevalence from pools. Published figures: PooledInfRate 1.6, groupTesting 1.3.0, Ausvet EpiTools, binGroup2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.deconvolution.schemes.rules import Assay
from lims.reporting.pooling_math import exact, fixed_size, prevalence, retests
from lims.reporting.pooling_math.pools import Group, Likelihood
from lims.reporting.pooling_math.retests import Retested

NOT_QUITE = Assay(0.9, 0.95)


def test_the_published_pools_of_four_sizes() -> None:
    found = prevalence.estimate([Group(50, 1, 1), Group(25, 1, 0), Group(10, 1, 0), Group(5, 1, 0)])
    assert found is not None
    assert found.prevalence == pytest.approx(0.01257911, abs=5e-9)
    assert found.interval.low == pytest.approx(0.0007261606, abs=5e-11)
    assert found.interval.high == pytest.approx(0.07828496, abs=5e-9)
    assert (found.pools, found.positive, found.people) == (4, 1, 90)


def test_all_negative_pools_still_have_an_upper_bound() -> None:
    found = prevalence.estimate([Group(25, 1, 0), Group(10, 1, 0)])
    assert found is not None
    assert found.prevalence == 0
    assert found.interval.low == 0
    assert found.interval.high == pytest.approx(0.09890099, abs=5e-9)


def test_all_positive_pools_leave_the_upper_end_open() -> None:
    found = prevalence.estimate([Group(10, 3, 3)])
    assert found is not None
    assert 0 < found.interval.low <= found.prevalence < 1
    assert found.interval.high == 1
    assert prevalence.greatest(Likelihood([Group(10, 3, 3)])) == 1


def test_no_pools_give_no_estimate() -> None:
    assert prevalence.estimate([]) is None
    assert prevalence.estimate([Group(10, 0, 0)]) is None
    assert retests.estimate([]) is None


def test_more_positive_pools_than_pools_are_refused() -> None:
    with pytest.raises(ValueError, match="3 of 2 pools"):
        Group(10, 2, 3)


@pytest.mark.parametrize(
    ("groups", "likeliest", "corrected"),
    [
        ([(100, 1), (50, 0), (25, 0), (5, 1)], 0.015051887, 0.009979804),
        ([(200, 1), (100, 0), (50, 1), (25, 0), (10, 0)], 0.009239927, 0.006631455),
        ([(25, 0), (10, 1), (5, 0)], 0.028026274, 0.01970639),
    ],
)
def test_an_assay_that_can_be_wrong(groups: list[tuple[int, int]], likeliest: float, corrected: float) -> None:
    pools = Likelihood([Group(size, 1, positive) for size, positive in groups], NOT_QUITE)
    assert prevalence.greatest(pools) == pytest.approx(likeliest, abs=5e-9)
    assert prevalence.firth(pools) == pytest.approx(corrected, abs=5e-8)
    found = prevalence.estimate(pools.groups, NOT_QUITE)
    assert found is not None
    assert found.interval.low <= found.prevalence <= found.interval.high


def test_fewer_positives_than_false_alarms_mean_nobody() -> None:
    pools = Likelihood([Group(10, 1000, 10)], NOT_QUITE)
    assert prevalence.greatest(pools) == 0
    found = prevalence.estimate(pools.groups, NOT_QUITE)
    assert found is not None
    assert found.interval.low == 0


sizes_and_positives = st.lists(
    st.tuples(st.sampled_from([1, 3, 5, 10, 20]), st.integers(1, 200)).flatmap(
        lambda known: st.builds(Group, st.just(known[0]), st.just(known[1]), st.integers(0, known[1]))
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda group: group.size,
)


@given(sizes_and_positives)
def test_the_estimate_lies_in_its_interval(groups: list[Group]) -> None:
    found = prevalence.estimate(groups)
    assert found is not None
    assert 0 <= found.interval.low <= found.prevalence <= found.interval.high <= 1


@given(sizes_and_positives, st.sampled_from([Assay(0.95, 0.99), Assay(0.8, 1.0)]))
def test_the_estimate_lies_in_its_interval_with_an_imperfect_assay_too(groups: list[Group], assay: Assay) -> None:
    found = prevalence.estimate(groups, assay)
    assert found is not None
    assert 0 <= found.interval.low <= found.prevalence <= found.interval.high <= 1


@given(st.integers(1, 30), st.integers(0, 300), st.integers(1, 300))
def test_one_more_positive_pool_means_more_positive_people(size: int, positive: int, more: int) -> None:
    fewer = prevalence.firth(Likelihood([Group(size, positive + more, positive)]))
    assert prevalence.firth(Likelihood([Group(size, positive + more, positive + 1)])) > fewer


def test_the_exact_intervals_of_few_pools() -> None:
    pools = Likelihood([Group(5, 2, 1), Group(2, 3, 2)])
    found = exact.hepworth(pools)
    assert prevalence.greatest(pools) == pytest.approx(0.2434802987, abs=5e-11)
    assert (found.low, found.high) == pytest.approx((0.0517196755, 0.55330253), abs=5e-9)
    with pytest.raises(ValueError, match="too many"):
        exact.hepworth(Likelihood([Group(size, 50, 3) for size in (1, 3, 5)]))


def test_clopper_and_pearson_of_22_of_42_pools_of_five() -> None:
    found = exact.clopper_pearson(Group(5, 42, 22))
    assert (found.low, found.high) == pytest.approx((0.0866, 0.2038), abs=5e-5)
    assert exact.clopper_pearson(Group(5, 42, 0)).low == 0
    assert exact.clopper_pearson(Group(5, 42, 42)).high == 1


def test_the_doubt_about_the_assay_widens_the_interval() -> None:
    group, assay = Group(5, 60, 29), Assay(0.9, 1)
    sure, doubted = fixed_size.normal(group, assay), fixed_size.normal(group, assay, fixed_size.Trial(50, 10_000))
    assert doubted.error == pytest.approx(0.0282, abs=5e-5)
    assert sure.error < doubted.error


def test_retests_make_the_estimate_surer() -> None:
    assay = Assay(0.913, 0.993)
    assert retests.variance(5, 800, 0.041, assay) == pytest.approx(5.805423e-05, abs=5e-12)
    assert retests.variance(5, 800, 0.041, assay) < retests.variance_singly(800, 0.041, assay)


def test_with_a_perfect_assay_and_all_retested_the_share_of_people_is_the_estimate() -> None:
    found = retests.estimate([Retested(10, negative=95, resolved={1: 4, 2: 1})])
    assert found is not None
    assert found.prevalence == pytest.approx(6 / 1000)
    assert found.interval.low < 6 / 1000 < found.interval.high


def test_pools_that_await_their_retests_count_as_pools() -> None:
    waiting = retests.estimate([Retested(10, negative=95, waiting=5)])
    assert waiting is not None
    assert waiting.prevalence == pytest.approx(prevalence.greatest(Likelihood([Group(10, 100, 5)])))


def test_a_discordant_pool_cannot_be_with_a_perfect_assay() -> None:
    with pytest.raises(ValueError, match="perfect"):
        retests.estimate([Retested(10, negative=5, resolved={0: 1})])
    found = retests.estimate([Retested(10, negative=500, resolved={0: 1, 1: 5})], Assay(0.95, 0.999))
    assert found is not None
    assert 0.0005 < found.prevalence < 0.003


@pytest.mark.parametrize("p", [0.001, 0.02, 0.3])
@pytest.mark.parametrize("assay", [Assay(), Assay(0.9, 0.97)])
def test_the_chances_of_all_that_can_come_of_a_pool_make_one(p: float, assay: Assay) -> None:
    chances = retests.Outcomes(7, p, assay)
    every = [chances.negative(), *(chances.resolved(positive) for positive in range(8))]
    assert sum(chance for chance, _ in every) == pytest.approx(1)
    assert sum(slope for _, slope in every) == pytest.approx(0, abs=1e-12)
    further = retests.Outcomes(7, p + 1e-7, assay)
    moved = [further.negative(), *(further.resolved(positive) for positive in range(8))]
    for (before, slope), (after, _) in zip(every, moved, strict=True):
        assert (after - before) / 1e-7 == pytest.approx(slope, rel=1e-3, abs=1e-5)
