"""Figures of cases: bands, percentiles, and the share of discordant pools that is to be expected."""

from itertools import product
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.deconvolution.schemes.rules import PERFECT, Assay
from lims.reporting.casework.rules import PoolsOfSize, at_least, band_of, bands, expected_share, groups, percentile, saving
from lims.reporting.pooling_math.pools import Group

SHARES = st.floats(0.6, 1.0)


@pytest.mark.parametrize(
    ("hours", "band"), [(0, "0-6"), (5.99, "0-6"), (6, "6-12"), (12, "12-24"), (24, "24-48"), (47.9, "24-48"), (48, "48-"), (900, "48-")]
)
def test_an_age_belongs_to_the_band_it_has_reached(hours: float, band: str) -> None:
    assert band_of(hours * 60) == band
    assert band in bands()


@given(st.lists(st.floats(0, 10_000), min_size=2, max_size=60))
def test_percentiles_lie_where_the_standard_library_puts_them(values: list[float]) -> None:
    cuts = quantiles(values, n=10, method="inclusive")
    assert percentile(values, 0.5) == pytest.approx(cuts[4])
    assert percentile(values, 0.9) == pytest.approx(cuts[8])


def test_nothing_has_no_percentile() -> None:
    assert percentile([], 0.5) is None
    assert percentile([3.0], 0.9) == 3.0


@given(size=st.integers(1, 5), p=st.floats(0.001, 0.5), se=SHARES, sp=SHARES)
def test_the_expected_share_is_what_every_possible_pool_comes_to(size: int, p: float, se: float, sp: float) -> None:
    positive = discordant = 0.0
    for truth in product((True, False), repeat=size):
        chance = 1.0
        for infected in truth:
            chance *= p if infected else 1 - p
        seen = chance * (se if any(truth) else 1 - sp)
        missed = 1.0
        for infected in truth:
            missed *= 1 - se if infected else sp
        positive += seen
        discordant += seen * missed
    found = expected_share([size], p, Assay(se, sp))
    assert found == pytest.approx(discordant / positive if positive else 0.0)


def test_with_a_perfect_assay_no_pool_is_discordant() -> None:
    assert expected_share([10, 5], 0.01, PERFECT) == pytest.approx(0)
    assert expected_share([], 0.01, PERFECT) is None


def test_at_a_low_prevalence_false_alarms_make_most_positive_pools_discordant() -> None:
    many, few = (expected_share([10], p, Assay(0.95, 0.999)) for p in (0.00001, 0.01))
    assert many is not None
    assert few is not None
    assert many > 0.9
    assert few < 0.1


@given(of=st.integers(1, 40), chance=st.floats(0.01, 0.99), data=st.data())
def test_the_chance_of_so_many_is_counted_over_every_outcome(of: int, chance: float, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, of))
    slow = 0.0
    for outcome in range(count, of + 1):
        ways = 1.0
        for factor in range(outcome):
            ways = ways * (of - factor) / (factor + 1)
        slow += ways * chance**outcome * (1 - chance) ** (of - outcome)
    assert at_least(count, of, chance) == pytest.approx(slow)


def test_thousands_of_cases_have_a_chance_as_well() -> None:
    assert at_least(2_600, 5_000, 0.5) == pytest.approx(0.0024, abs=2e-4)
    assert at_least(5_000, 10_000, 0.5) == pytest.approx(0.504, abs=1e-3)


def test_invalid_pools_tell_nothing_of_the_prevalence_but_cost_their_tests() -> None:
    sizes = [PoolsOfSize(10, 8, 2, 1, 9, 20), PoolsOfSize(5, 1, 0, 1, 2, 5)]
    assert groups(sizes) == [Group(10, 7, 2)]
    assert saving(sizes).saved == 85 - 11 - 25
