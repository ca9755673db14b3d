"""The life of a tube at the bench is a table; what does not stand in it is refused."""

from datetime import UTC, date, datetime
from itertools import product

import pytest

from lims.custody.rules import NEXT, PARTICIPLE, REJECTION_REASONS, BenchEvent, BenchState, advance, ready_for, trail_begins
from lims.kernel.errors import Refused


@pytest.mark.parametrize(("state", "event"), sorted(NEXT), ids=lambda word: word.value)
def test_every_step_of_the_table_is_taken(state: BenchState, event: BenchEvent) -> None:
    assert advance(state, event, "10000000000176") is NEXT[state, event]


@pytest.mark.parametrize(("state", "event"), sorted(set(product(BenchState, BenchEvent)) - set(NEXT)), ids=lambda word: word.value)
def test_every_other_step_is_refused_naming_tube_state_and_step(state: BenchState, event: BenchEvent) -> None:
    with pytest.raises(Refused) as refusal:
        advance(state, event, "10000000000176")
    assert refusal.value.code == "tube_state"
    assert refusal.value.detail == f"Tube 10000000000176 is {state}: it cannot be {PARTICIPLE[event]} now."


@pytest.mark.parametrize("state", [BenchState.RELEASED, BenchState.REJECTED])
def test_nothing_happens_any_more_to_a_tube_that_was_released_or_turned_away(state: BenchState) -> None:
    assert [event for known, event in NEXT if known is state] == []


@pytest.mark.parametrize("event", BenchEvent)
def test_the_states_ready_for_an_event_are_those_of_the_table(event: BenchEvent) -> None:
    assert set(ready_for(event)) == {state for state, known in NEXT if known is event}


def test_every_rejection_reason_of_table_0490_is_known() -> None:
    assert {"EX", "QS", "RA", "RB", "RC", "RD", "RE", "RH", "RI", "RM", "RN", "RP", "RR", "RS"} <= set(REJECTION_REASONS)


def test_the_trail_of_a_tube_is_read_from_a_day_before_since_a_day_at_a_site_begins_before_the_day_of_the_trail() -> None:
    received = datetime(2022, 2, 2, 0, 30, tzinfo=UTC)
    # Sampled at six in the morning in Shanghai, and told of at once: by the trail that was the day before.
    assert trail_begins(date(2022, 2, 2), received) == date(2022, 2, 1)
    assert trail_begins(None, received) == date(2022, 2, 1)
    assert trail_begins(None, None) == date.min
