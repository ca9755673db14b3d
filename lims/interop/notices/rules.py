"""What is told of a case, and once only. Pure: no database, no clock.

A case is derived from what happened, and so are its notices: what a case says of itself now, less what was told before. So no
order of messages loses one, and looking twice tells nothing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from lims.deconvolution.forms import CaseView
from lims.deconvolution.rules import CAME_BACK, CaseState, Outcome


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
    `decision`: the number of the reviewer's decision that it tells, or that came to nothing by itself; 0: none.
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
    decision: int = 0

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
