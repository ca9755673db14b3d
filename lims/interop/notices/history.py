"""How often a case came to an end and was open again, as its reviewers' decisions say. Pure.

A look at a case sees how it stands. One that was closed, open again because somebody came later, and closed anew between two looks seems
to have been closed once. The decisions are rows: they say that it was twice, and what was between them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lims.interop.notices.rules import Kind


@dataclass(frozen=True)
class Decision:
    """A reviewer's word on a case: closed with an outcome, answering for these people, or reopened."""

    number: int
    outcome: str
    at: datetime
    answered_for: frozenset[UUID] = frozenset()

    @property
    def closes(self) -> bool:
        """Whether it closes the case."""
        return self.outcome != "reopened"


@dataclass(frozen=True)
class Turn:
    """An end of a case, or that it was open again: where that came by itself, `outcome` says how it had ended, `members` for whom.

    `decision` is the number of the decision that it tells, or that came to nothing by itself; 0 where results alone decided.
    """

    kind: Kind
    occasion: int
    outcome: str = ""
    decision: int = 0
    at: datetime | None = None
    members: tuple[int, ...] = ()

    @property
    def by_itself(self) -> bool:
        """Whether the case was open again without anybody's word."""
        return self.kind is Kind.REOPENED and bool(self.outcome)


def came_back(turns: Sequence[Turn]) -> int:
    """How often a case was open again by itself."""
    return sum(turn.by_itself for turn in turns)


def untold(decisions: Sequence[Decision], told: Sequence[Turn], people: Mapping[int, UUID], amended: int, now: datetime) -> list[Turn]:
    """What these decisions say after the last one of which the authority was told, in order.

    `people`: who is in the tube now, by position; whoever the last closing does not answer for makes the case open again.
    `amended`: how often results of the case were.
    """
    known = {turn.decision for turn in told if not turn.by_itself}
    came_to_nothing = {turn.decision for turn in told if turn.by_itself}
    last = max((place for place, one in enumerate(decisions) if one.number in known), default=-1)
    reopened, came, found = 0, came_back(told), list[Turn]()
    for place, one in enumerate(decisions):
        reopened += not one.closes
        if place > last and one.closes:
            found.append(Turn(Kind.CLOSED, amended + reopened + came, one.outcome, one.number, one.at))
        elif place > last:
            found.append(Turn(Kind.REOPENED, reopened, decision=one.number, at=one.at))
        then = decisions[place + 1] if place + 1 < len(decisions) else None
        if place >= last and one.number not in came_to_nothing and (later := undone_for(one, then, people)) is not None:
            came += 1
            found.append(Turn(Kind.REOPENED, came, one.outcome, one.number, then.at if then else now, later))
    return found


def undone_for(closing: Decision, then: Decision | None, people: Mapping[int, UUID]) -> tuple[int, ...] | None:
    """For whom a closing came to nothing by itself, before the next decision or by now; None where it did not."""
    if not closing.closes or (then is not None and not then.closes):
        return None
    later = then.answered_for if then is not None else frozenset(people.values())
    found = tuple(position for position, person in people.items() if person in later - closing.answered_for)
    # Two closings in a row say that the case was open between them, even where whoever made it so is in the tube no more.
    return found if found or then is not None else None
