"""What people and cases must be, case by case of the contract."""

from typing import Any

import pytest

from lims.simulate.expected import case_state, has_case, person_state
from lims.simulate.instrument import Look
from lims.simulate.world import Tube


def tube(size: int = 3, **changes: Any) -> Tube:
    """A tube of three people, or a single."""
    made = Tube("id", "code", "s", size, 0, size, 0, Look.NEGATIVE, 9, 9.1)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def answered(pool: Tube, *calls: str | None) -> Tube:
    """The same tube, its members having come back in turn; None: not yet released."""
    for position, call in enumerate(calls, 1):
        pool.answers[position] = tube(1, released=call, received=12.0, retest_of=pool)
    return pool


@pytest.mark.parametrize(
    ("single", "state"),
    [
        (tube(released="negative"), "negative"),
        (tube(), "pending"),
        (tube(rejected=True), "recollect"),
        (tube(released="positive"), "verifying"),
        (tube(released="invalid"), "verifying"),
        (tube(1, released="positive"), "positive"),
        (tube(1, released="inconclusive"), "inconclusive"),
        (tube(1, released="invalid"), "recollect"),
        (answered(tube(released="positive"), "negative"), "negative"),
        (answered(tube(released="positive"), "invalid"), "recollect"),
        (answered(tube(released="positive"), None), "verifying"),
        (answered(tube(rejected=True), "positive"), "positive"),
        (answered(tube(released="negative"), "positive"), "negative"),
    ],
)
def test_a_person_stands_as_the_contract_says(single: Tube, state: str) -> None:
    assert person_state(single, 1) == state


@pytest.mark.parametrize(
    ("pool", "states", "outcome"),
    [
        (answered(tube(released="positive"), "negative", "positive", "negative"), {"closed"}, "confirmed"),
        (answered(tube(released="positive"), "negative", "negative", "negative"), {"settled"}, None),
        (answered(tube(released="positive"), "negative", "negative"), {"recollecting"}, None),
        (answered(tube(released="positive"), "inconclusive", "negative", "positive"), {"recollecting"}, None),
        (answered(tube(released="positive"), "invalid"), {"open", "recollecting"}, None),
        (tube(released="positive", events={1: "refused"}), {"open", "recollecting"}, None),
        (tube(released="negative", repeats=1), {"closed"}, "withdrawn"),
        (answered(tube(released="invalid", closed="unresolved"), "negative"), {"closed"}, "unresolved"),
    ],
)
def test_a_case_stands_as_the_contract_says(pool: Tube, states: set[str], outcome: str | None) -> None:
    assert has_case(pool)
    assert case_state(pool)[:2] == (frozenset(states), outcome)


def test_members_are_told_apart() -> None:
    pool = answered(tube(released="positive", events={3: "unreachable"}), "positive", None)
    assert case_state(pool)[2] == {1: "positive", 2: "received", 3: "unreachable"}


@pytest.mark.parametrize("other", [tube(released="negative"), tube(rejected=True), tube(1, released="positive"), tube()])
def test_nothing_else_has_a_case(other: Tube) -> None:
    assert not has_case(other)
