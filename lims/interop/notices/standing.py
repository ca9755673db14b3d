"""What a case has to tell as it stands, and as it stood between the looks at it. Pure: no database, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from lims.custody.rules import Call
from lims.deconvolution.forms import CaseView
from lims.deconvolution.rules import SETTLED, MemberState, Outcome
from lims.interop.notices.history import Decision, Turn, came_back, untold
from lims.interop.notices.rules import ORDER, Amendment, Fact, Kind


@dataclass(frozen=True)
class Signed:
    """What a case's view does not say: when and how it was signed off, when a run doubted it, members were settled, who decided what.

    `told`: the ends and the reopenings that were told, first come first (no withdrawals). `people`: who is in a swab pool, by position.
    """

    firm_at: datetime | None
    released_call: str | None
    doubted_at: datetime | None
    settled_at: Mapping[int, datetime | None]
    amendments: Mapping[str, Amendment]
    decisions: Sequence[Decision] = ()
    told: Sequence[Turn] = ()
    people: Mapping[int, UUID] = field(default_factory=dict)


def facts_of(case: CaseView, signed: Signed, now: datetime) -> list[Fact]:
    """Everything a case has to tell, in order: what it says of itself, and the ends it came to since the last one told."""
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
    # Nobody makes a case open again that is withdrawn.
    people = {} if case.outcome == Outcome.WITHDRAWN.value else signed.people
    turns = untold(signed.decisions, signed.told, people, occasion, now)
    past = [
        Fact(t.kind, at=t.at or now, outcome=t.outcome, occasion=t.occasion, members=t.members, decision=t.decision, **where) for t in turns
    ]
    new = {fact.decision for fact in past}
    reopened = [one for one in signed.decisions if not one.closes]
    found += [
        Fact(Kind.REOPENED, at=one.at, occasion=number, decision=one.number, **where)
        for number, one in enumerate(reopened, 1)
        if one.number not in new
    ]
    found += now_ended(case, signed, [*signed.told, *turns], occasion + len(reopened), where, now)
    positive = [
        Fact(Kind.MEMBER_POSITIVE, at=signed.settled_at.get(one.position) or case.opened_at, position=one.position, single=one.tube,
             call=Call.POSITIVE.value, **where)
        for one in case.members if one.state == MemberState.POSITIVE.value
    ]  # fmt: skip
    return in_order(found, past, sorted(positive, key=lambda fact: (fact.at, fact.position)))


def now_ended(case: CaseView, signed: Signed, turns: Sequence[Turn], occasion: int, where: dict[str, Any], now: datetime) -> list[Fact]:
    """How a case has ended, or that it is open again by itself although its end was told. `turns`: what was told, and is told with it."""
    back = came_back(turns)
    ended = occasion + back
    by = signed.decisions[-1].number if signed.decisions and signed.decisions[-1].closes else 0
    if case.closed_at and case.outcome:
        decision = 0 if case.outcome in (Outcome.CONFIRMED.value, Outcome.WITHDRAWN.value) else by
        return [Fact(Kind.CLOSED, at=case.closed_at, outcome=case.outcome, occasion=ended, decision=decision, **where)]
    ends = [turn for turn in turns if turn.kind is Kind.CLOSED and turn.occasion == ended]
    if not ends:
        return []
    # Its end was told and nothing that was told since has undone it: somebody came later whom nobody has answered for.
    waiting = tuple(case.unanswered or (one.position for one in case.members if one.state not in SETTLED))
    end = ends[-1]
    return [Fact(Kind.REOPENED, at=now, outcome=end.outcome, occasion=back + 1, members=waiting, decision=end.decision, **where)]


def in_order(found: Sequence[Fact], past: Sequence[Fact], positive: Sequence[Fact]) -> list[Fact]:
    """As they are told: by kind, but ends of the past in their order, each after the members who were positive by then."""
    told, left = [fact for fact in found if fact.kind is not Kind.CLOSED], list(positive)
    told.sort(key=lambda fact: ORDER[fact.kind])
    for fact in past:
        by_then = [one for one in left if fact.kind is Kind.CLOSED and one.at <= fact.at]
        told += [*by_then, fact]
        left = [one for one in left if one not in by_then]
    return [*told, *left, *(fact for fact in found if fact.kind is Kind.CLOSED)]
