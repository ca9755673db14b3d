"""The weak positive drifts, jumps or stays: each rule by itself."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.testing.qc.trends import LEAST_SD, REFERENCE, Measurement, Reference, judged, reference

START = datetime(2022, 2, 2, tzinfo=UTC)
USUAL = Reference(mean=34.0, sd=0.5, measurements=20)


def measured(*cts: float | None, passed: bool = True) -> list[Measurement]:
    """Weak positives one after another, an hour apart."""
    return [Measurement(UUID(int=n), f"plate {n}", "A1", START + timedelta(hours=n), ct, passed) for n, ct in enumerate(cts)]


def last(*z: float) -> set[str]:
    """The rules that the last of these breaks, each so many standard deviations off."""
    return set(judged(measured(*(USUAL.mean + one * USUAL.sd for one in z)), USUAL)[-1].broken)


@pytest.mark.parametrize(
    ("z", "broken"),
    [
        ((0.0,), set()),
        ((1.9,), set()),
        ((2.1,), {"1_2s"}),
        ((-3.1,), {"1_2s", "1_3s"}),
        ((2.1, 2.2), {"1_2s", "2_2s"}),
        ((2.1, 0.0, 2.2), {"1_2s"}),
        ((2.1, -2.2), {"1_2s", "R_4s"}),
        ((1.5, -2.6), {"1_2s"}),
        ((1.1, 1.2, 1.3, 1.4), {"4_1s"}),
        ((1.1, 1.2, -1.3, 1.4), set()),
        ((-1.1, -1.2, -1.3, -1.4), {"4_1s"}),
        ((0.2,) * 10, {"10_x"}),
        ((0.2,) * 9, set()),
        ((*(0.2,) * 9, -0.2), set()),
        ((-0.2,) * 10, {"10_x"}),
    ],
)
def test_a_rule_is_broken_by_what_it_names_and_by_nothing_less(z: tuple[float, ...], broken: set[str]) -> None:
    assert last(*z) == broken


def test_a_weak_positive_that_is_not_there_is_said_and_does_not_hide_a_drift() -> None:
    told = judged(measured(34.6, 34.6, 34.6, None, 34.6), USUAL)
    assert [one.broken for one in told[3:]] == [("not_detected",), ("4_1s",)]


def test_what_is_usual_is_said_by_the_first_twenty_and_not_by_what_came_later() -> None:
    early = [34.0, 35.0] * (REFERENCE // 2)
    usual = reference(measured(*early, 20.0, 40.0))
    assert usual is not None
    assert (usual.mean, round(usual.sd, 3), usual.measurements) == (34.5, 0.513, REFERENCE)


def test_of_nineteen_nothing_is_usual_yet_and_nothing_is_warned_of() -> None:
    few = measured(*[34.0] * (REFERENCE - 1))
    assert reference(few) is None
    assert {one.broken for one in judged(measured(60.0), None)} == {()}


def test_what_was_not_in_control_or_not_seen_says_nothing_of_what_is_usual() -> None:
    cts: list[float | None] = [34.0] * (REFERENCE - 1)
    assert reference(measured(*cts) + measured(34.0, passed=False) + measured(None)) is None


def test_a_control_that_always_reads_the_same_does_not_warn_of_a_tenth_of_a_cycle() -> None:
    usual = reference(measured(*[34.0] * REFERENCE))
    assert usual is not None
    assert usual.sd == LEAST_SD
    assert judged(measured(34.1), usual)[0].broken == ()


@given(st.lists(st.integers(-16, 16), min_size=1, max_size=40))
def test_seen_from_the_other_side_of_the_mean_the_same_rules_are_broken(quarters: list[int]) -> None:
    above = judged(measured(*(USUAL.mean + quarter / 4 * USUAL.sd for quarter in quarters)), USUAL)
    below = judged(measured(*(USUAL.mean - quarter / 4 * USUAL.sd for quarter in quarters)), USUAL)
    assert [one.broken for one in above] == [one.broken for one in below]


@given(st.lists(st.floats(20, 40), min_size=1, max_size=40), st.lists(st.floats(20, 40), max_size=10))
def test_what_comes_later_changes_no_earlier_warning(cts: list[float], more: list[float]) -> None:
    before = [one.broken for one in judged(measured(*cts), USUAL)]
    assert [one.broken for one in judged(measured(*cts, *more), USUAL)][: len(cts)] == before
