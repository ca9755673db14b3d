"""What a case must come to, said once more from the contract, in other words than the product's."""

from collections.abc import Sequence
from dataclasses import dataclass, field

NEGATIVE, POSITIVE = "negative", "positive"


@dataclass(frozen=True)
class Single:
    """A single tube of a member: when it was collected, what it answers (None: the pool), and what became of it, hours of the day."""

    number: int
    collected: float
    answers: int | None = None
    received: float | None = None
    call: str | None = None
    released: float | None = None
    rejected: float | None = None


@dataclass(frozen=True)
class Note:
    """Something noted of a member."""

    event: str
    at: float


@dataclass(frozen=True)
class Member:
    """All that happened to one member."""

    singles: Sequence[Single] = ()
    notes: Sequence[Note] = field(default=())


def member_state(member: Member) -> str:
    """How a member stands: the newest tubes are looked at first."""
    if any(single.call == POSITIVE for single in member.singles):
        return POSITIVE
    on_its_way = None
    failed_at = 0.0
    newest_first = sorted(member.singles, key=lambda single: -single.collected)
    for single in newest_first:
        if single.call is not None:
            if single.call == NEGATIVE:
                return NEGATIVE
            break
        if single.rejected is None and on_its_way is None:
            on_its_way = "received" if single.received is not None else "recollected"
    if on_its_way is not None:
        return on_its_way
    for single in member.singles:
        failed_at = max(failed_at, single.released or 0.0, single.rejected or 0.0)
    noted = [note for note in sorted(member.notes, key=lambda note: note.at) if note.at >= failed_at]
    if noted:
        return {"accepted": "to_recollect"}.get(noted[-1].event, noted[-1].event)
    return "inconclusive" if newest_first and newest_first[0].call == "inconclusive" else "to_recollect"


def row_state(own: str, singles: Sequence[Single]) -> str:
    """What the person's row says, of a tube that says `own` by itself and is answered by these singles."""
    released = sorted((single for single in singles if single.call is not None), key=lambda single: single.collected)
    if own not in {"verifying", "recollect", "inconclusive"} or not released:
        return own
    if any(single.call == POSITIVE for single in released):
        return POSITIVE
    return {"invalid": "recollect"}.get(str(released[-1].call), str(released[-1].call))


def descendants(singles: Sequence[Single], root: int) -> list[Single]:
    """The singles that answer this one, and those that answer these."""
    found: list[Single] = []
    for single in sorted(singles, key=lambda single: single.number):
        if single.answers == root or single.answers in {other.number for other in found}:
            found.append(single)
    return found


def case_state(call: str | None, states: Sequence[str], *, rejected: bool = False, closed_as: str | None = None) -> tuple[str, str | None]:
    """A case's state and outcome, from the pool's released call, its members' states and a reviewer's word."""
    if call == NEGATIVE:
        return "closed", "withdrawn"
    if closed_as is not None:
        return "closed", closed_as
    firm = call is not None or rejected
    if firm and states and set(states) <= {NEGATIVE, POSITIVE}:
        return ("closed", "confirmed") if POSITIVE in states else ("settled", None)
    came_back = {"recollected", "received", "inconclusive", NEGATIVE, POSITIVE}
    return ("recollecting" if came_back & set(states) else "open"), None
