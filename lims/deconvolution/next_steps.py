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
OF_MEMBERS: tuple[tuple[Step, Who, frozenset[MemberState]], ...] = (
    (Step.CALL_BACK, Who.SITE, frozenset({MemberState.TO_RECOLLECT, MemberState.INCONCLUSIVE})),
    (Step.SAMPLE_AGAIN, Who.SITE, frozenset({MemberState.NOTIFIED})),
    (Step.BRING, Who.SITE, frozenset({MemberState.RECOLLECTED})),
    (Step.TEST, Who.LAB, frozenset({MemberState.RECEIVED})),
    (Step.FOLLOW_UP, Who.OFFICIAL, frozenset({MemberState.UNREACHABLE, MemberState.REFUSED, MemberState.TRANSFERRED})),
)


def next_steps(standing: CaseStanding, members: Sequence[MemberStanding]) -> tuple[NextStep, ...]:
    """Everything that a case waits for; nothing where it is closed. Every unsettled member is in one step."""
    if standing.state is CaseState.CLOSED:
        return ()
    if standing.state is CaseState.SETTLED:
        return (NextStep(Step.CLOSE, Who.REVIEWER),)
    first = (NextStep(Step.REVIEW_CALL, Who.REVIEWER),) if standing.preliminary else ()
    if not members:
        return (*first, NextStep(Step.FIND_PEOPLE, Who.SITE))
    chosen = ((step, who, tuple(m.position for m in members if m.state in states)) for step, who, states in OF_MEMBERS)
    return (*first, *(NextStep(step, who, positions) for step, who, positions in chosen if positions))
