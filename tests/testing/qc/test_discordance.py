"""When discordant pools are more than the kit and the prevalence explain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.catalog.rules import Accuracy
from lims.deconvolution.schemes.rules import Assay
from lims.reporting.pooling_math import sizes
from lims.testing.qc.discordance import LEAST, Settled, Sized, discordant, prevalence, reactive, weigh

KIT = Accuracy()
SHARES = st.floats(0, 0.3)
ACCURACIES = st.builds(Accuracy, st.floats(0.6, 1), st.floats(0.9, 0.9999))


def of_ten(pools: int, reactive_pools: int) -> list[Sized]:
    """So many pools of ten, and how many were not negative."""
    return [Sized(10, KIT, pools, reactive_pools)]


def settled(discordant_pools: int, confirmed: int) -> list[Settled]:
    """So many pools of ten whose members are settled."""
    found = [True] * discordant_pools + [False] * confirmed
    return [Settled(str(number), 10, KIT, each) for number, each in enumerate(found)]


@given(st.integers(1, 20), SHARES, ACCURACIES)
def test_the_chances_are_those_of_the_figures_of_the_health_officials(size: int, p: float, kit: Accuracy) -> None:
    assay = Assay(sensitivity=kit.sensitivity, specificity=kit.specificity)
    assert discordant(size, p, kit) == pytest.approx(sizes.discordant(size, p, assay))
    assert reactive(size, p, kit) == pytest.approx(assay.positive((1 - p) ** size))


@given(st.integers(1, 20), SHARES, ACCURACIES)
def test_a_discordant_pool_is_one_of_the_reactive(size: int, p: float, kit: Accuracy) -> None:
    assert 0 <= discordant(size, p, kit) <= reactive(size, p, kit)


@given(st.integers(2, 20), st.floats(0.001, 0.1))
def test_the_prevalence_is_found_again_in_what_it_makes(size: int, p: float) -> None:
    pools = 10**7
    assert prevalence([Sized(size, KIT, pools, round(pools * reactive(size, p, KIT)))]) == pytest.approx(p, rel=0.01)


def test_what_the_kits_own_errors_explain_is_no_prevalence() -> None:
    assert prevalence(of_ten(10_000, 10)) == 0.0


def test_without_settled_pools_there_is_nothing_to_say() -> None:
    assert weigh(of_ten(100, 3), []) is None


def test_four_discordant_pools_among_five_are_too_many_where_one_in_a_hundred_is_reactive() -> None:
    finding = weigh(of_ten(500, 5), settled(4, 1))
    assert finding is not None
    assert finding.alarming
    assert (finding.discordant, finding.settled) == (4, 5)
    assert finding.expected < 0.2


def test_one_discordant_pool_among_many_is_what_is_expected() -> None:
    finding = weigh(of_ten(5_000, 100), settled(5, 95))
    assert finding is not None
    assert not finding.alarming
    assert finding.expected == pytest.approx(0.08, abs=0.04)


def test_a_few_are_never_an_alarm() -> None:
    finding = weigh(of_ten(10_000, 100), settled(LEAST - 1, 0))
    assert finding is not None
    assert not finding.alarming


def test_where_every_reactive_pool_is_the_kits_own_error_all_of_them_are_expected_to_be_discordant() -> None:
    finding = weigh(of_ten(10_000, 10), settled(10, 0))
    assert finding is not None
    assert finding.expected > 0.95
    assert not finding.alarming


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 500))
def test_one_more_discordant_pool_never_ends_an_alarm(found: int, confirmed: int, reactive_pools: int) -> None:
    before, after = (
        weigh(of_ten(2_000, reactive_pools), settled(found, confirmed + 1)),
        weigh(of_ten(2_000, reactive_pools), settled(found + 1, confirmed)),
    )
    assert before is not None
    assert after is not None
    assert 0 <= after.chance <= before.chance + 1e-12 <= 1 + 1e-9
    assert after.alarming or not before.alarming
