"""How a member stands, for any history, beside the model."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.custody.rules import Call
from lims.deconvolution.rules import SETTLED, Answer, ContactEvent, ContactNote, MemberState, stand
from tests.deconvolution import model

DAY = datetime(2022, 2, 2, tzinfo=UTC)
HOURS = st.integers(0, 500).map(lambda tenths: tenths / 10)


def when(hours: float | None) -> datetime | None:
    """An hour as a time."""
    return None if hours is None else DAY + timedelta(hours=hours)


@st.composite
def members(draw: st.DrawFn) -> model.Member:
    """A member with some singles at different hours, each with its fate, and some notes at hours of their own."""
    hours = draw(st.lists(HOURS, max_size=5, unique=True))
    singles = []
    for number, collected in enumerate(hours):
        fate = draw(st.sampled_from(["sent", "received", "rejected", *(call.value for call in Call)]))
        got = None if fate == "sent" else collected + 1
        end = draw(HOURS) + collected
        call = fate if fate in set(Call) else None
        singles.append(
            model.Single(number, collected, None, got, call, end if call else None, end if fate == "rejected" else None),
        )
    notes = [
        model.Note(draw(st.sampled_from(list(ContactEvent))).value, at + 0.05) for at in draw(st.lists(HOURS, max_size=3, unique=True))
    ]
    return model.Member(singles, notes)


def answer(single: model.Single) -> Answer:
    """A single of the model as the rule is told of it."""
    call = Call(single.call) if single.call else None
    return Answer(
        str(single.number),
        DAY + timedelta(hours=single.collected),
        when(single.received),
        when(single.released),
        call,
        when(single.rejected),
    )


def notes_of(member: model.Member) -> list[ContactNote]:
    """The notes of the model as the rule is told of them."""
    return [ContactNote(ContactEvent(note.event), DAY + timedelta(hours=note.at)) for note in member.notes]


@given(members())
def test_a_member_stands_as_the_contract_says(member: model.Member) -> None:
    standing = stand(3, [answer(single) for single in member.singles], notes_of(member))
    assert (standing.position, standing.state.value) == (3, model.member_state(member))
    assert (standing.settled_at is not None) == (standing.state in SETTLED)


@given(members(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_came_does_not_matter(member: model.Member, luck: Any) -> None:
    answers, notes = [answer(single) for single in member.singles], notes_of(member)
    expected = stand(1, answers, notes)
    luck.shuffle(answers)
    luck.shuffle(notes)
    assert stand(1, answers, notes) == expected


@given(members())
def test_a_member_is_settled_exactly_when_the_row_of_the_pool_is_negative_or_positive(member: model.Member) -> None:
    state = stand(1, [answer(single) for single in member.singles], notes_of(member)).state
    row = model.row_state("verifying", member.singles)
    assert (state in SETTLED) == (row in {"negative", "positive"})
    if state in SETTLED:
        assert state.value == row


def single(collected: float, call: Call | None = None, **changes: Any) -> Answer:
    """A single that was received, and released where there is a call."""
    at = DAY + timedelta(hours=collected)
    return Answer(f"{collected}", at, at, at + timedelta(hours=2) if call else None, call, **changes)


def test_a_member_nobody_has_called_is_to_be_recollected() -> None:
    assert stand(1, [], []).state is MemberState.TO_RECOLLECT


def test_of_what_was_noted_in_the_same_minute_the_last_counts() -> None:
    notes = [ContactNote(event, DAY) for event in (ContactEvent.UNREACHABLE, ContactEvent.NOTIFIED)]
    assert stand(1, [], notes).state is MemberState.NOTIFIED


@pytest.mark.parametrize("later", [Call.NEGATIVE, Call.INVALID, Call.INCONCLUSIVE, None])
def test_a_positive_single_is_never_outweighed_by_a_later_one(later: Call | None) -> None:
    standing = stand(1, [single(1, Call.POSITIVE), single(5, later)], [])
    assert (standing.state, standing.tube) == (MemberState.POSITIVE, "1")


@pytest.mark.parametrize("earlier", [Call.NEGATIVE, Call.INVALID, Call.INCONCLUSIVE, None])
def test_a_positive_single_outweighs_whatever_was_before(earlier: Call | None) -> None:
    assert stand(1, [single(1, earlier), single(5, Call.POSITIVE)], []).state is MemberState.POSITIVE


def test_a_later_tube_that_fails_unsettles_an_earlier_negative() -> None:
    assert stand(1, [single(1, Call.NEGATIVE), single(5, Call.INVALID)], []).state is MemberState.TO_RECOLLECT
    assert stand(1, [single(1, Call.NEGATIVE), single(5, Call.INCONCLUSIVE)], []).state is MemberState.INCONCLUSIVE


def test_a_negative_stays_while_a_further_tube_is_on_its_way_or_rejected() -> None:
    assert stand(1, [single(1, Call.NEGATIVE), single(5)], []).state is MemberState.NEGATIVE
    assert stand(1, [single(1, Call.NEGATIVE), single(5, rejected_at=DAY)], []).state is MemberState.NEGATIVE


def test_the_last_collected_counts_not_the_last_released() -> None:
    slow, quick = single(1, Call.INVALID), single(5, Call.NEGATIVE)
    slow = Answer(slow.barcode, slow.collected_at, slow.received_at, DAY + timedelta(hours=99), slow.released_call)
    assert stand(1, [slow, quick], []).state is MemberState.NEGATIVE


def test_what_was_noted_before_the_last_tube_failed_counts_no_more() -> None:
    called = ContactNote(ContactEvent.REFUSED, DAY + timedelta(hours=2))
    assert stand(1, [], [called]).state is MemberState.REFUSED
    assert stand(1, [single(1, Call.INVALID)], [called]).state is MemberState.TO_RECOLLECT
    again = ContactNote(ContactEvent.NOTIFIED, DAY + timedelta(hours=4))
    assert stand(1, [single(1, Call.INVALID)], [called, again]).state is MemberState.NOTIFIED
    with_the_call = ContactNote(ContactEvent.NOTIFIED, DAY + timedelta(hours=3))
    assert stand(1, [single(1, Call.INVALID)], [with_the_call]).state is MemberState.NOTIFIED
    # He came nevertheless.
    assert stand(1, [single(5)], [called]).state is MemberState.RECEIVED
