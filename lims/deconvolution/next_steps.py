"""What a case waits for, and whose turn it is. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lims.custody.rules import BenchState
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
    CHOOSE_SCHEME = "choose_scheme"
    MIX = "mix"
    PLATE = "plate"
    READ = "read"
    REVIEW_SUB_POOL = "review_sub_pool"


@dataclass(frozen=True)
class NextStep:
    """One thing to do, by whom, and for which members; no positions: for the case. Of a sub-pool its tube, and the plate it is on."""

    step: Step
    who: Who
    positions: tuple[int, ...] = ()
    tube: str | None = None
    plate: str | None = None


@dataclass(frozen=True)
class Mixed:
    """A sub-pool whose result is awaited: of which members, and how far it is."""

    tube: str
    positions: tuple[int, ...]
    state: BenchState
    plate: str | None = None


@dataclass(frozen=True)
class Kept:
    """What the kept tubes of an aliquot pool wait for: a scheme, sub-pools to be mixed, sub-pools under test. Members by position.

    `called_back`: those who are to be sampled again, too, while their tubes are tested, and have not been.
    """

    positions: frozenset[int] = frozenset()
    unchosen: bool = False
    to_mix: tuple[tuple[int, ...], ...] = ()
    mixed: tuple[Mixed, ...] = ()
    called_back: frozenset[int] = frozenset()


NOTHING_KEPT = Kept()
OF_MIXED = {
    BenchState.WAITING: (Step.PLATE, Who.LAB),
    BenchState.PLATED: (Step.READ, Who.LAB),
    BenchState.CALLED: (Step.REVIEW_SUB_POOL, Who.REVIEWER),
}


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


def next_steps(standing: CaseStanding, members: Sequence[MemberStanding], kept: Kept = NOTHING_KEPT) -> tuple[NextStep, ...]:
    """Everything that a case waits for; nothing where it is closed.

    Every unsettled member is in one step, but for those whose tubes are kept: they wait for what the scheme waits for, and are called back
    where the policy wants both.
    """
    if standing.state is CaseState.CLOSED:
        return ()
    if standing.state is CaseState.SETTLED:
        return (NextStep(Step.CLOSE, Who.REVIEWER),)
    first = (NextStep(Step.REVIEW_CALL, Who.REVIEWER),) if standing.preliminary else ()
    if not members:
        return (*first, NextStep(Step.FIND_PEOPLE, Who.SITE))
    single = [member for member in members if not (member.state is MemberState.RECEIVED and member.position in kept.positions)]
    waiting = {step: {m.position for m in single if step_of(m) is step} for step, _ in OF_MEMBERS}
    waiting[Step.CALL_BACK] |= kept.called_back
    chosen = ((step, who, tuple(sorted(waiting[step]))) for step, who in OF_MEMBERS)
    return (*first, *of_scheme(kept), *(NextStep(step, who, positions) for step, who, positions in chosen if positions))


def of_scheme(kept: Kept) -> tuple[NextStep, ...]:
    """What the scheme of kept tubes waits for: the choice of one, each sub-pool to be mixed, each that is under test."""
    choice = (NextStep(Step.CHOOSE_SCHEME, Who.LAB, tuple(sorted(kept.positions))),) if kept.unchosen else ()
    mixing = (NextStep(Step.MIX, Who.LAB, wish) for wish in kept.to_mix)
    tested = (NextStep(*OF_MIXED[one.state], one.positions, one.tube, one.plate) for one in kept.mixed if one.state in OF_MIXED)
    return (*choice, *mixing, *tested)
