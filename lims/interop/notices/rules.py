"""What is told of a case, and once only. Pure: no database, no clock.

A case is derived from what happened, and so are its notices: what a case says of itself now, less what was told before. So no
order of messages loses one, and looking twice tells nothing twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from lims.custody.rules import Call
from lims.deconvolution.forms import CaseView
from lims.deconvolution.rules import CAME_BACK, SETTLED, CaseState, MemberState, Outcome


class Kind(StrEnum):
    """What a notice tells, in the order in which a case tells it."""

    PRELIMINARY = "case.preliminary"
    DOUBTED = "case.doubted"
    AMENDED = "result.amended"
    REOPENED = "case.reopened"
    FIRM = "case.firm"
    MEMBER_POSITIVE = "member.positive"
    TUBE_POSITIVE = "tube.positive"
    OVERDUE = "case.overdue"
    CLOSED = "case.closed"


ORDER = {kind: place for place, kind in enumerate(Kind)}
# A withdrawal is undone by a doubt or an amendment, and these are told as such.
ENDS = (Outcome.CONFIRMED, Outcome.CLEARED, Outcome.UNRESOLVED)


@dataclass(frozen=True)
class Fact:
    """Something to be told, by codes alone: no name, no number, no phone.

    With barcode and kind, `position` (0 where it is of no single member), `outcome` (of a closing; of a case that is open again by itself,
    how it had ended) and `occasion` (how often results of the case had been amended, or the case reopened) say what is told once.
    `barcode` is the case's tube, or the tube itself where it is in no case. `tell`: whom the policy of its case names; none: everybody.
    """

    kind: Kind
    barcode: str
    at: datetime
    lab: str
    site: str | None
    position: int = 0
    outcome: str = ""
    occasion: int = 0
    in_case: bool = True
    single: str | None = None
    call: str | None = None
    reasons: Sequence[str] = ()
    members: Sequence[int] = ()
    tell: Sequence[str] = ()

    def data(self, area: str | None) -> dict[str, Any]:
        """What programs are told; the id of a case is the code of its tube. `members`: who is overdue, or for whom it is open again."""
        of_some = {"members": list(self.members)} if self.kind is Kind.OVERDUE or self.members else {}
        return of_some | {
            "case": self.barcode if self.in_case else None,
            "tube": self.single or self.barcode,
            "position": self.position or None,
            "call": self.call,
            "reasons": list(self.reasons),
            "outcome": self.outcome or None,
            "lab": self.lab,
            "site": self.site,
            "area": area,
        }


@dataclass(frozen=True)
class Amendment:
    """The result of a tube that stands now in the place of another."""

    barcode: str
    revision: int
    at: datetime
    call: str

    def told(self, lab: str, site: str | None, case: str | None, position: int = 0, tell: Sequence[str] = ()) -> Fact:
        """What is told of it."""
        return Fact(
            Kind.AMENDED, case or self.barcode, self.at, lab, site,
            position=position, occasion=self.revision, in_case=case is not None, single=self.barcode, call=self.call, tell=tell,
        )  # fmt: skip


@dataclass(frozen=True)
class Told:
    """The ends of a case that were told (outcome and occasion, first come first; no withdrawals), and how often it came back by itself."""

    ends: Sequence[tuple[str, int]] = ()
    came_back: int = 0


NOTHING_TOLD = Told()


@dataclass(frozen=True)
class Signed:
    """What a case's view does not say: when and how it was signed off, when a run doubted it, members were settled, it was reopened."""

    firm_at: datetime | None
    released_call: str | None
    doubted_at: datetime | None
    settled_at: Mapping[int, datetime | None]
    amendments: Mapping[str, Amendment]
    reopened_at: Sequence[datetime] = ()
    told: Told = NOTHING_TOLD


def facts_of(case: CaseView, signed: Signed, now: datetime) -> list[Fact]:
    """Everything a case has to tell as it stands, in order."""
    where: dict[str, Any] = {"barcode": case.tube, "lab": case.lab, "site": case.site, "tell": case.tell}
    positions = {case.tube: 0} | {member.tube: member.position for member in case.members if member.tube}
    amended = {code: signed.amendments[code] for code in positions if code in signed.amendments}
    occasion = sum(amendment.revision - 1 for amendment in amended.values())
    first: dict[str, Any] = {"call": case.call, "reasons": tuple(case.reasons)}
    found = [Fact(Kind.PRELIMINARY, at=case.opened_at, **first, **where)]
    found += [amendment.told(case.lab, case.site, case.tube, positions[code], case.tell) for code, amendment in amended.items()]
    if signed.doubted_at and signed.released_call == Call.NEGATIVE.value:
        found.append(Fact(Kind.DOUBTED, at=signed.doubted_at, occasion=occasion, **first, **where))
    elif signed.firm_at and signed.released_call != Call.NEGATIVE.value:
        found.append(Fact(Kind.FIRM, at=signed.firm_at, call=signed.released_call, occasion=occasion, **where))
    found += [Fact(Kind.REOPENED, at=at, occasion=number, **where) for number, at in enumerate(signed.reopened_at, 1)]
    positive = [
        (signed.settled_at.get(one.position) or case.opened_at, one) for one in case.members if one.state == MemberState.POSITIVE.value
    ]
    found += [
        Fact(Kind.MEMBER_POSITIVE, at=at, position=one.position, single=one.tube, call=Call.POSITIVE.value, **where)
        for at, one in sorted(positive, key=lambda pair: (pair[0], pair[1].position))
    ]
    ended = occasion + len(signed.reopened_at) + signed.told.came_back
    if case.closed_at and case.outcome:
        found.append(Fact(Kind.CLOSED, at=case.closed_at, outcome=case.outcome, occasion=ended, **where))
    elif ends := [outcome for outcome, number in signed.told.ends if number == ended]:
        # Its end was told and nothing that was told since has undone it: somebody came later whom nobody has answered for.
        waiting = tuple(case.unanswered or (one.position for one in case.members if one.state not in SETTLED))
        again = signed.told.came_back + 1
        found.append(Fact(Kind.REOPENED, at=now, outcome=ends[-1], occasion=again, members=waiting, **where))
    return sorted(found, key=lambda fact: ORDER[fact.kind])


def time_over(opened_at: datetime, deadline: datetime, told_at: datetime) -> datetime:
    """When the time for sampling again is over. Nobody is late for what nobody knew: told late, it begins then."""
    return max(deadline, told_at + (deadline - opened_at))


def overdue(case: CaseView, told_at: datetime, now: datetime) -> Fact | None:
    """That people of a case were not sampled again in time; None where all were, or where there is time yet."""
    over = time_over(case.opened_at, case.deadline, told_at)
    if case.state in (CaseState.CLOSED.value, CaseState.SETTLED.value) or now < over:
        return None
    late = tuple(member.position for member in case.members if member.state not in CAME_BACK)
    if case.members and not late:
        return None
    return Fact(Kind.OVERDUE, case.tube, over, case.lab, case.site, call=case.call, members=late, tell=case.tell)
