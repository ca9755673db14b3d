"""What a case waits for, and whose turn it is. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lims.deconvolution.rules import CaseStanding, CaseState, MemberStanding, MemberState


class Who(StrEnum):
    """Whose turn it is."""

    REVIEWER = "reviewer"
    SITE = "site"
    LAB = "lab"
    OFFICIAL = "official"


class Step(StrEnum):
    """What is to be done next for a case, or for some of its members."""

    REVIEW_CALL = "review_call"
    FIND_PEOPLE = "find_people"
    TAKE_OVER = "take_over"
    CALL_BACK = "call_back"
    SAMPLE_AGAIN = "sample_again"
    FOLLOW_UP = "follow_up"
    BRING = "bring"
    TEST = "test"
    CLOSE = "close"


@dataclass(frozen=True)
class NextStep:
    """One thing to do, by whom, and for which members; no positions: for the case."""

    step: Step
    who: Who
    positions: tuple[int, ...] = ()


# In the order in which a member passes them; who was asked and has not come stands last, since it needs a decision.
OF_MEMBERS: tuple[tuple[Step, Who], ...] = (
    (Step.TAKE_OVER, Who.SITE),
    (Step.CALL_BACK, Who.SITE),
    (Step.SAMPLE_AGAIN, Who.SITE),
    (Step.BRING, Who.SITE),
    (Step.TEST, Who.LAB),
    (Step.FOLLOW_UP, Who.OFFICIAL),
)
STEPS: dict[MemberState, Step] = {
    MemberState.TO_RECOLLECT: Step.CALL_BACK,
    MemberState.INCONCLUSIVE: Step.CALL_BACK,
    MemberState.NOTIFIED: Step.SAMPLE_AGAIN,
    MemberState.RECOLLECTED: Step.BRING,
    MemberState.RECEIVED: Step.TEST,
    MemberState.UNREACHABLE: Step.FOLLOW_UP,
    MemberState.REFUSED: Step.FOLLOW_UP,
    MemberState.TRANSFERRED: Step.FOLLOW_UP,
}


def step_of(member: MemberStanding) -> Step | None:
    """What a member waits for; None where he is settled."""
    return Step.TAKE_OVER if member.awaited_at else STEPS.get(member.state)


def next_steps(standing: CaseStanding, members: Sequence[MemberStanding]) -> tuple[NextStep, ...]:
    """Everything that a case waits for; nothing where it is closed. Every unsettled member is in one step."""
    if standing.state is CaseState.CLOSED:
        return ()
    if standing.state is CaseState.SETTLED:
        return (NextStep(Step.CLOSE, Who.REVIEWER),)
    first = (NextStep(Step.REVIEW_CALL, Who.REVIEWER),) if standing.preliminary else ()
    if not members:
        return (*first, NextStep(Step.FIND_PEOPLE, Who.SITE))
    chosen = ((step, who, tuple(m.position for m in members if step_of(m) is step)) for step, who in OF_MEMBERS)
    return (*first, *(NextStep(step, who, positions) for step, who, positions in chosen if positions))
