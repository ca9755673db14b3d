"""A case lived through step by step: the rules and the model never part, whatever happens next and whatever is told twice."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lims.custody.rules import Call
from lims.deconvolution.rules import (
    SETTLED,
    Answer,
    CaseStanding,
    CaseState,
    ClosureNote,
    ContactEvent,
    ContactNote,
    MemberStanding,
    Outcome,
    ReactiveTube,
    refuse_closing,
    stand,
    stand_case,
)
from lims.kernel.errors import Refused
from tests.deconvolution import model

DAY = datetime(2022, 2, 2, tzinfo=UTC)
NOT_NEGATIVE = [Call.POSITIVE, Call.INCONCLUSIVE, Call.INVALID]


def hour(hours: float | None) -> datetime | None:
    """An hour of the case as a time."""
    return None if hours is None else DAY + timedelta(hours=hours)


class LifeOfACase(RuleBasedStateMachine):
    """One pool that is not negative, and its members; each step takes an hour."""

    under_way: Bundle[tuple[int, int]] = Bundle("under_way")

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.members: list[dict[int, model.Single]] = []
        self.notes: list[list[model.Note]] = []
        self.call: Call | None = None
        self.released_at: float | None = None
        self.closure: Outcome | None = None

    @initialize(count=st.integers(1, 4))
    def pool(self, count: int) -> None:
        self.members, self.notes = [{} for _ in range(count)], [[] for _ in range(count)]

    @rule(target=under_way, place=st.integers(0, 3))
    def recollect(self, place: int) -> tuple[int, int]:
        place %= len(self.members)
        self.now += 1
        number = len(self.members[place])
        self.members[place][number] = model.Single(number, self.now)
        return place, number

    @rule(tube=under_way)
    def receive(self, tube: tuple[int, int]) -> None:
        self.now += 1
        single = self.members[tube[0]][tube[1]]
        self.members[tube[0]][tube[1]] = model.Single(**vars(single) | {"received": single.received or self.now})

    @rule(tube=consumes(under_way), call=st.sampled_from(Call))
    def release_single(self, tube: tuple[int, int], call: Call) -> None:
        self.receive(tube)
        single = self.members[tube[0]][tube[1]]
        self.members[tube[0]][tube[1]] = model.Single(**vars(single) | {"call": call.value, "released": self.now})

    @rule(tube=consumes(under_way))
    def reject_single(self, tube: tuple[int, int]) -> None:
        self.receive(tube)
        single = self.members[tube[0]][tube[1]]
        self.members[tube[0]][tube[1]] = model.Single(**vars(single) | {"rejected": self.now})

    @rule(place=st.integers(0, 3), event=st.sampled_from(ContactEvent))
    def note(self, place: int, event: ContactEvent) -> None:
        self.now += 1
        self.notes[place % len(self.members)].append(model.Note(event.value, self.now))

    @precondition(lambda self: self.call is None)
    @rule(call=st.sampled_from([*NOT_NEGATIVE, *NOT_NEGATIVE, Call.NEGATIVE]))
    def release_pool(self, call: Call) -> None:
        self.now += 1
        self.call, self.released_at = call, self.now

    @rule(outcome=st.sampled_from([Outcome.CLEARED, Outcome.UNRESOLVED]))
    def close(self, outcome: Outcome) -> None:
        self.now += 1
        standing = self.standing()
        try:
            refuse_closing("1", self.case(), standing, outcome, "a reason")
        except Refused:
            return
        assert self.call is not None
        assert (outcome is Outcome.CLEARED) == ({one.state for one in standing} <= SETTLED)
        self.closure = outcome

    def standing(self) -> list[MemberStanding]:
        """The members, by the rules."""
        found = []
        for place, singles in enumerate(self.members):
            answers = [
                Answer(
                    f"{place}-{one.number}", DAY + timedelta(hours=one.collected), hour(one.received), hour(one.released),
                    Call(one.call) if one.call else None, hour(one.rejected),
                )
                for one in singles.values()
            ]  # fmt: skip
            notes = [ContactNote(ContactEvent(one.event), DAY + timedelta(hours=one.at)) for one in self.notes[place]]
            found.append(stand(place + 1, [*reversed(answers), *answers], [*reversed(notes), *notes]))
        return found

    def case(self) -> CaseStanding:
        """The case, by the rules."""
        tube = ReactiveTube("1", DAY, self.call, hour(self.released_at), None)
        return stand_case(tube, self.standing(), ClosureNote(self.closure, DAY) if self.closure else None)

    @invariant()
    def the_model_agrees(self) -> None:
        states = [model.member_state(model.Member([*self.members[n].values()], self.notes[n])) for n in range(len(self.members))]
        assert [one.state.value for one in self.standing()] == states
        case = self.case()
        assert (case.state.value, case.outcome) == model.case_state(self.call, states, closed_as=self.closure)

    @invariant()
    def nothing_is_closed_while_somebody_is_unsettled_unless_a_reviewer_said_so(self) -> None:
        case = self.case()
        if case.state is CaseState.CLOSED and self.closure is None and self.call is not Call.NEGATIVE:
            assert {one.state for one in self.standing()} <= SETTLED


TestLifeOfACase = LifeOfACase.TestCase
TestLifeOfACase.settings = settings(max_examples=60, stateful_step_count=25)


@pytest.mark.proof
def test_ten_thousand_lives_of_a_case() -> None:
    run_state_machine_as_test(LifeOfACase, settings=settings(max_examples=10_000, stateful_step_count=25, deadline=None))
