"""A case and its members, as they follow from what happened. Pure: no database, no clock.

A case is not a record that is moved from state to state; it is what calls, releases, single tubes and contacts say
together. So it cannot depend on the order in which they came (decision page "a case is derived").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from lims.custody.rules import Call
from lims.kernel.errors import Refused


class MemberState(StrEnum):
    """How a member stands."""

    TO_RECOLLECT = "to_recollect"
    NOTIFIED = "notified"
    RECOLLECTED = "recollected"
    RECEIVED = "received"
    NEGATIVE = "negative"
    POSITIVE = "positive"
    INCONCLUSIVE = "inconclusive"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    TRANSFERRED = "transferred"


class CaseState(StrEnum):
    """How a case stands."""

    OPEN = "open"
    RECOLLECTING = "recollecting"
    SETTLED = "settled"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a case ended."""

    CONFIRMED = "confirmed"
    CLEARED = "cleared"
    UNRESOLVED = "unresolved"
    WITHDRAWN = "withdrawn"


class ContactEvent(StrEnum):
    """What may be noted of a member who has not come back."""

    NOTIFIED = "notified"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    TRANSFERRED = "transferred"
    ACCEPTED = "accepted"


class Check(StrEnum):
    """What is looked into where a pool was not negative and all its members are."""

    SWAPPED = "swapped"
    CONTAMINATED = "contaminated"
    DILUTED = "diluted"
    WRONG_LIST = "wrong_list"


class Finding(StrEnum):
    """What came of a check."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


class Why(StrEnum):
    """Why somebody is called back."""

    POOL = "pool"
    REJECTED = "rejected"
    INVALID = "invalid"
    INCONCLUSIVE = "inconclusive"
    SINGLE_AGAIN = "single_again"


SETTLED = {MemberState.NEGATIVE, MemberState.POSITIVE}
CAME_BACK = {MemberState.RECOLLECTED, MemberState.RECEIVED, *SETTLED}
UNDER_WAY = {*CAME_BACK, MemberState.INCONCLUSIVE}
AFTER = {
    ContactEvent.NOTIFIED: MemberState.NOTIFIED,
    ContactEvent.UNREACHABLE: MemberState.UNREACHABLE,
    ContactEvent.REFUSED: MemberState.REFUSED,
    ContactEvent.TRANSFERRED: MemberState.TRANSFERRED,
    ContactEvent.ACCEPTED: MemberState.TO_RECOLLECT,
}


@dataclass(frozen=True)
class Answer:
    """A single tube of a member that answers the reactive tube, or answers such an answer."""

    barcode: str
    collected_at: datetime
    received_at: datetime | None = None
    released_at: datetime | None = None
    released_call: Call | None = None
    rejected_at: datetime | None = None

    @property
    def order(self) -> tuple[datetime, str]:
        """Answers are taken in the order in which they were collected."""
        return (self.collected_at, self.barcode)


@dataclass(frozen=True)
class ContactNote:
    """Something noted of a member, and by whom."""

    event: ContactEvent
    at: datetime
    by: str = ""
    note: str = ""
    to_site: str | None = None
    to_place: str | None = None


@dataclass(frozen=True)
class HandOver:
    """The last hand-over of a member: whereto, when and by whom, and whether the site that he was handed over to has taken him over."""

    at: datetime
    by: str
    to_site: str | None
    to_place: str | None
    taken_over: bool


@dataclass(frozen=True)
class MemberStanding:
    """How a member stands: the state, the tube it comes from, since when, where it is settled, and where he was handed over to.

    `called_at`, `sampled_at`: when anybody first called him, reached or not, and first sampled him by himself.
    """

    position: int
    state: MemberState
    tube: str | None = None
    settled_at: datetime | None = None
    handed_over: HandOver | None = None
    called_at: datetime | None = None
    sampled_at: datetime | None = None

    @property
    def awaited_at(self) -> str | None:
        """The site that was handed this member over and has not taken him over yet."""
        over = self.handed_over
        return over.to_site if self.state is MemberState.TRANSFERRED and over is not None else None


def why(kind: str | None, call: Call | None, *, sampled_again: bool) -> Why:
    """Why the member of a tube with this released call (None: it was rejected) is called back; `sampled_again`: for a second time."""
    if sampled_again:
        return Why.SINGLE_AGAIN
    if call is None:
        return Why.REJECTED
    if call is Call.INVALID:
        return Why.INVALID
    return Why.INCONCLUSIVE if kind == "single" else Why.POOL


def stand(position: int, answers: Sequence[Answer], contacts: Sequence[ContactNote]) -> MemberStanding:
    """How a member stands, and when anybody first called him (whether he was reached or not) and sampled him by himself."""
    called_at = min((note.at for note in contacts if note.event is not ContactEvent.ACCEPTED), default=None)
    sampled_at = min((one.collected_at for one in answers), default=None)
    return replace(state_of(position, answers, contacts), called_at=called_at, sampled_at=sampled_at)


def state_of(position: int, answers: Sequence[Answer], contacts: Sequence[ContactNote]) -> MemberStanding:
    """The state of a member. A positive single is never outweighed; of the others the last one released decides."""
    ordered = sorted(answers, key=lambda answer: answer.order)
    for answer in ordered:
        if answer.released_call is Call.POSITIVE:
            return MemberStanding(position, MemberState.POSITIVE, answer.barcode, answer.released_at)
    decided = max((answer for answer in ordered if answer.released_call is not None), key=lambda a: a.order, default=None)
    if decided is not None and decided.released_call is Call.NEGATIVE:
        return MemberStanding(position, MemberState.NEGATIVE, decided.barcode, decided.released_at)
    pending = [a for a in ordered if a.released_call is None and a.rejected_at is None and (decided is None or a.order > decided.order)]
    if pending:
        newest = pending[-1]
        return MemberStanding(position, MemberState.RECEIVED if newest.received_at else MemberState.RECOLLECTED, newest.barcode)
    return uncollected(position, ordered, decided, contacts)


def uncollected(position: int, answers: Sequence[Answer], decided: Answer | None, contacts: Sequence[ContactNote]) -> MemberStanding:
    """How a member stands of whom no tube is on its way: as last noted since the last tube failed."""
    ended = [at for answer in answers for at in (answer.released_at, answer.rejected_at) if at is not None]
    since = [note for note in contacts if not ended or note.at >= max(ended)]
    last = answers[-1].barcode if answers else None
    if since:
        # Of several noted at one moment the last one told counts.
        return MemberStanding(position, AFTER[max(reversed(since), key=lambda note: note.at).event], last)
    if decided is not None and decided.released_call is Call.INCONCLUSIVE and decided is answers[-1]:
        return MemberStanding(position, MemberState.INCONCLUSIVE, decided.barcode)
    return MemberStanding(position, MemberState.TO_RECOLLECT, last)


def handed_over(contacts: Sequence[ContactNote]) -> HandOver | None:
    """The hand-over of a member that stands: the last one, in whatever order they were told."""
    last = max((note for note in contacts if note.event is ContactEvent.TRANSFERRED), key=lambda note: note.at, default=None)
    if last is None:
        return None
    taken = any(note.event is ContactEvent.ACCEPTED and note.at >= last.at for note in contacts)
    return HandOver(last.at, last.by, last.to_site, last.to_place, taken)


def calls_back(site: str, own: str | None, over: HandOver | None) -> bool:
    """Whether a site calls back a member of a tube of the site `own`: until the other site has taken over, both do."""
    if over is None or over.to_site is None:
        return site == own
    return site == over.to_site or (site == own and not over.taken_over)


def refuse_taking_over(case: str, position: int, over: HandOver | None, site: str | None) -> None:
    """Refused where a member was not handed over to this site (None: to any site of ours)."""
    if over is None or over.to_site is None or (site is not None and site != over.to_site):
        raise Refused(
            "hand_over_elsewhere",
            "Member {position} of case {case} is not handed over to this site. Ask the site whose list names the member.",
            position=position,
            case=case,
        )


@dataclass(frozen=True)
class ReactiveTube:
    """A pool with a call that is not negative, from a run in control."""

    barcode: str
    opened_at: datetime
    released_call: Call | None
    released_at: datetime | None
    rejected_at: datetime | None
    doubted: bool = False  # a run imported after its release saw it otherwise


@dataclass(frozen=True)
class ClosureNote:
    """A reviewer's word that a case is over. It answers for the people who were registered in its tube then, and for nobody else."""

    outcome: Outcome
    at: datetime
    answered_for: frozenset[UUID] = frozenset()

    def unanswered(self, people: Mapping[int, UUID | None]) -> tuple[int, ...]:
        """The positions of those of these people who were registered after it."""
        return tuple(position for position, person in people.items() if person is not None and person not in self.answered_for)


@dataclass(frozen=True)
class CaseStanding:
    """How a case stands. Preliminary: found at import, not yet signed off.

    `unanswered`: members registered after a reviewer closed it, for whom it is open again by itself.
    """

    state: CaseState
    preliminary: bool
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    unanswered: tuple[int, ...] = ()


def stand_case(
    tube: ReactiveTube, members: Sequence[MemberStanding], closure: ClosureNote | None, unanswered: tuple[int, ...] = ()
) -> CaseStanding:
    """How a case stands, from its tube, its members and a reviewer's word, which counts as long as it leaves nobody `unanswered`."""
    withdrawn = tube.released_call is Call.NEGATIVE and not tube.doubted
    firm = (tube.released_call not in (None, Call.NEGATIVE)) or tube.rejected_at is not None
    if withdrawn:
        return CaseStanding(CaseState.CLOSED, preliminary=False, outcome=Outcome.WITHDRAWN, closed_at=tube.released_at)
    if closure is not None and not unanswered:
        return CaseStanding(CaseState.CLOSED, preliminary=not firm, outcome=closure.outcome, closed_at=closure.at)
    states = {member.state for member in members}
    if members and states <= SETTLED and firm:
        if MemberState.POSITIVE not in states:
            return CaseStanding(CaseState.SETTLED, preliminary=False, unanswered=unanswered)
        ends = [at for at in (*(member.settled_at for member in members), tube.released_at) if at is not None]
        return CaseStanding(CaseState.CLOSED, preliminary=False, outcome=Outcome.CONFIRMED, closed_at=max(ends))
    state = CaseState.RECOLLECTING if states & UNDER_WAY else CaseState.OPEN
    return CaseStanding(state, preliminary=not firm, unanswered=unanswered)


def refuse_closing(case: str, standing: CaseStanding, members: Sequence[MemberStanding], outcome: Outcome, reason: str) -> None:
    """Refused where a case may not be closed with this outcome by a reviewer."""
    if not reason.strip():
        raise Refused("case_without_reason", "Say why case {case} is closed.", case=case)
    if standing.state is CaseState.CLOSED:
        raise Refused("case_closed", "Case {case} is closed already: {outcome}.", case=case, outcome=standing.outcome)
    if standing.preliminary:
        raise Refused("case_preliminary", "The call of tube {case} is not released yet; review it first.", case=case)
    unsettled = [str(member.position) for member in members if member.state not in SETTLED]
    if outcome is Outcome.CLEARED and (unsettled or standing.state is not CaseState.SETTLED):
        raise Refused(
            "case_unsettled",
            "Case {case} cannot be cleared: members {members} are not settled.",
            case=case,
            members=", ".join(unsettled) or "unknown",
        )
    if outcome is Outcome.UNRESOLVED and not unsettled and members:
        raise Refused("case_all_settled", "Every member of case {case} is settled; close it as cleared.", case=case)
    if outcome not in (Outcome.CLEARED, Outcome.UNRESOLVED):
        raise Refused("case_outcome", "A reviewer closes a case as cleared or unresolved; {outcome} comes by itself.", outcome=outcome)


def refuse_unseen(case: str, members: Sequence[MemberStanding], seen: int | None) -> None:
    """Refused where somebody is in a case whom the reviewer did not see in it (`seen`: how many there were; None: nobody says)."""
    if seen is not None and len(members) > seen:
        raise Refused(
            "case_members_came",
            "Case {case} has {members} members now, and {seen} when you looked. Look at it again, then close it.",
            case=case,
            members=len(members),
            seen=seen,
        )


def refuse_reopening(case: str, standing: CaseStanding, reason: str) -> None:
    """Refused where a case is not one that a reviewer has closed."""
    if not reason.strip():
        raise Refused("case_without_reason", "Say why case {case} is reopened.", case=case)
    if standing.state is not CaseState.CLOSED:
        raise Refused("case_not_closed", "Case {case} is not closed; there is nothing to reopen.", case=case)
    if standing.outcome in (Outcome.CONFIRMED, Outcome.WITHDRAWN):
        raise Refused(
            "case_closed_by_results",
            "Case {case} is {outcome} by its results. Amend the result that is wrong; the case follows by itself.",
            case=case,
            outcome=standing.outcome,
        )
