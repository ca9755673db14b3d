"""The rows behind the figures of cases, from cases as the board derives them."""

from datetime import datetime

from lims.deconvolution.board import Case
from lims.deconvolution.rules import SETTLED, CaseState, MemberState, Outcome
from lims.reporting.casework.rules import CaseRow, MemberRow

FOUND_SOMETHING = ("positive", "inconclusive")


def minutes(since: datetime, at: datetime | None) -> float | None:
    """Minutes between two moments, to a tenth; 0 where a clock says that the later one came first."""
    return None if at is None else max(0.0, round((at - since).total_seconds() / 60, 1))


def case_row(case: Case, now: datetime) -> CaseRow:
    """A case in a list."""
    row, standing = case.row, case.standing
    is_open = standing.state is not CaseState.CLOSED
    settled_at = [member.settled_at for member in case.members if member.state in SETTLED and member.settled_at]
    all_settled = bool(case.members) and len(settled_at) == len(case.members) and standing.outcome is not Outcome.WITHDRAWN
    return CaseRow(
        tube=row.barcode,
        lab=row.lab,
        site=row.site,
        kind=row.kind,
        call=row.reactive_call,
        state=standing.state.value,
        outcome=standing.outcome.value if standing.outcome else None,
        opened_at=row.opened_at,
        deadline=case.deadline,
        closed_at=standing.closed_at,
        members=len(case.members),
        settled=len(settled_at),
        age_minutes=minutes(row.opened_at, now) if is_open else None,
        overdue=is_open and case.deadline < now,
        settled_minutes=minutes(row.opened_at, max(settled_at)) if all_settled else None,
        discordant=MemberState.POSITIVE not in {member.state for member in case.members} if is_judged(case) else None,
    )


def is_judged(case: Case) -> bool:
    """Whether a case can be concordant or discordant: its pool was released positive or inconclusive, and every member is settled."""
    found = case.row.released_call in FOUND_SOMETHING
    return found and bool(case.members) and all(member.state in SETTLED for member in case.members)


def member_rows(case: Case) -> list[MemberRow]:
    """The members of a case; none of one that is withdrawn, since nobody was called back for it in the end."""
    row, opened_at = case.row, case.row.opened_at
    if case.standing.outcome is Outcome.WITHDRAWN:
        return []
    called_back = row.kind == "swab_pool" and not case.standing.preliminary
    again = row.kind == "swab_pool"  # the tubes of an aliquot pool were there before it
    return [
        MemberRow(
            tube=row.barcode,
            position=member.position,
            lab=row.lab,
            site=row.site,
            opened_at=opened_at,
            called_back=called_back,
            state=member.state.value,
            single=member.tube,
            called_minutes=minutes(opened_at, member.called_at) if again else None,
            sampled_minutes=minutes(opened_at, member.sampled_at) if again else None,
            settled_minutes=minutes(opened_at, member.settled_at),
        )
        for member in case.members
    ]
