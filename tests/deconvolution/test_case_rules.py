"""How a case stands, and who may close it how."""

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.custody.rules import Call
from lims.deconvolution.rules import (
    SETTLED,
    CaseState,
    ClosureNote,
    MemberStanding,
    MemberState,
    Outcome,
    ReactiveTube,
    refuse_closing,
    stand_case,
)
from lims.kernel.errors import Refused
from lims.kernel.ids import uuid7
from tests.deconvolution import model

AT = datetime(2022, 2, 2, tzinfo=UTC)
STATES = st.lists(st.sampled_from(MemberState), max_size=6)
CALLS = st.sampled_from([None, *Call])


def standing(states: list[MemberState]) -> list[MemberStanding]:
    """Members in these states."""
    return [MemberStanding(n, state, None, AT if state in SETTLED else None) for n, state in enumerate(states, 1)]


def tube(call: Call | None, *, rejected: bool = False) -> ReactiveTube:
    """A reactive tube, released where there is a call."""
    return ReactiveTube("1", AT, call, AT if call else None, AT if rejected else None)


@given(STATES, CALLS, st.booleans(), st.sampled_from([None, Outcome.CLEARED, Outcome.UNRESOLVED]), st.sets(st.integers(1, 6)))
def test_a_case_stands_as_the_contract_says_and_a_closing_counts_while_it_answers_for_everybody(
    states: list[MemberState], call: Call | None, rejected: bool, closed_as: Outcome | None, later: set[int]
) -> None:
    members = standing(states)
    people = {member.position: uuid7() for member in members}
    known = frozenset(person for position, person in people.items() if position not in later)
    closure = ClosureNote(closed_as, AT, known) if closed_as else None
    late = closure.unanswered(people) if closure else ()
    found = stand_case(tube(call, rejected=rejected), members, closure, late)
    said = model.case_state(call, [state.value for state in states], rejected=rejected, closed_as=None if late else closed_as)
    assert late == (tuple(position for position in people if position in later) if closed_as else ())
    assert found.unanswered == (() if found.state is CaseState.CLOSED else late)
    assert (found.state.value, found.outcome) == said
    assert found.preliminary == (call is None and not rejected)
    assert (found.closed_at is not None) == (found.state is CaseState.CLOSED)


def test_a_case_stays_open_while_one_member_of_ten_has_no_single_result() -> None:
    for missing in set(MemberState) - SETTLED:
        found = stand_case(tube(Call.POSITIVE), standing([MemberState.NEGATIVE] * 8 + [MemberState.POSITIVE, missing]), None)
        assert found.state is CaseState.RECOLLECTING


def test_a_case_with_nobody_in_it_is_never_settled() -> None:
    assert stand_case(tube(Call.POSITIVE), [], None).state is CaseState.OPEN


def closing(states: list[MemberState], outcome: Outcome, reason: str = "looked into it", call: Call | None = Call.POSITIVE) -> str | None:
    """The code with which this closing is refused."""
    members = standing(states)
    try:
        refuse_closing("1", stand_case(tube(call), members, None), members, outcome, reason)
    except Refused as refusal:
        return refusal.code
    return None


@given(st.lists(st.sampled_from(MemberState), max_size=3), st.sampled_from(Outcome), CALLS)
def test_nothing_but_the_two_words_of_a_reviewer_close_a_case_and_each_only_where_it_is_true(
    states: list[MemberState], outcome: Outcome, call: Call | None
) -> None:
    settled = bool(states) and set(states) <= SETTLED
    ended = call is Call.NEGATIVE or (call is not None and settled and MemberState.POSITIVE in states)
    true_word = (outcome is Outcome.CLEARED and settled) or (outcome is Outcome.UNRESOLVED and not settled)
    assert (closing(states, outcome, call=call) is None) == (call is not None and not ended and true_word)


@pytest.mark.parametrize(("outcome", "reason"), [*product(Outcome, ["", "  ", "\n"])])
def test_no_case_is_closed_without_a_reason(outcome: Outcome, reason: str) -> None:
    assert closing([MemberState.NEGATIVE], outcome, reason) == "case_without_reason"


@pytest.mark.parametrize(
    ("states", "outcome", "call", "code"),
    [
        ([MemberState.NEGATIVE], Outcome.CLEARED, None, "case_preliminary"),
        ([MemberState.NEGATIVE, MemberState.REFUSED], Outcome.CLEARED, Call.POSITIVE, "case_unsettled"),
        ([], Outcome.CLEARED, Call.POSITIVE, "case_unsettled"),
        ([MemberState.NEGATIVE], Outcome.UNRESOLVED, Call.POSITIVE, "case_all_settled"),
        ([MemberState.NEGATIVE], Outcome.CONFIRMED, Call.POSITIVE, "case_outcome"),
        ([MemberState.NEGATIVE], Outcome.WITHDRAWN, Call.POSITIVE, "case_outcome"),
        ([MemberState.POSITIVE], Outcome.CLEARED, Call.POSITIVE, "case_closed"),
        ([MemberState.REFUSED], Outcome.UNRESOLVED, Call.NEGATIVE, "case_closed"),
        ([MemberState.NEGATIVE], Outcome.CLEARED, Call.INVALID, None),
        ([MemberState.UNREACHABLE], Outcome.UNRESOLVED, Call.INCONCLUSIVE, None),
    ],
)
def test_each_refusal_of_a_closing(states: list[MemberState], outcome: Outcome, call: Call | None, code: str | None) -> None:
    assert closing(states, outcome, call=call) == code
