"""Keeping aside what is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, delete, update
from sqlalchemy.dialects.postgresql import insert

from lims.deconvolution.board import Case
from lims.deconvolution.over.tables import OverCase, OverRead
from lims.deconvolution.rules import SETTLED, CaseState, MemberState
from lims.kernel.audit.rules import unaudited
from lims.kernel.clock import utc_day

# What is written in the longest transaction that the sealer may wait for is of no earlier day than that.
LONGEST_TRANSACTION = timedelta(days=2)


@unaudited("it notes how far the trail was read")
def read_to(connection: Connection, touched: Select[str], epoch: int, txid: int, sealed_at: datetime) -> None:
    """The trail was read up to a transaction that was sealed then: the cases it touches are looked at again, until somebody has."""
    connection.execute(delete(OverCase).where(OverCase.barcode.in_(touched)))
    since = utc_day(sealed_at - LONGEST_TRANSACTION)
    connection.execute(update(OverRead).values(epoch=epoch, txid=txid, since=since))


@unaudited("it says what the case says already")
def keep(connection: Connection, cases: Sequence[Case]) -> None:
    """Keep aside those of these cases that are closed, and no others."""
    codes = [case.row.barcode for case in cases]
    if codes:
        connection.execute(delete(OverCase).where(OverCase.barcode.in_(codes)))
    # Single tubes that were not negative are as many as such cases, and every look would read the calls of these, too.
    over = {
        code: (case.standing.closed_at, answered_at(case))
        for case in cases
        if case.standing.state is CaseState.CLOSED
        for code in (case.row.barcode, *(member.tube for member in case.members if member.state is not MemberState.NEGATIVE))
        if code is not None
    }
    if over:
        rows = [{"barcode": code, "closed_at": closed_at, "answered_at": answered} for code, (closed_at, answered) in over.items()]
        connection.execute(insert(OverCase).on_conflict_do_nothing(), rows)


def answered_at(case: Case) -> datetime | None:
    """When the last of a case's people had a result of their own; None where a reviewer has closed it before somebody had one.

    Of an aliquot pool each tube that went into it is to have one, whatever another tube of the same person says.
    """
    own = {person.position: person.tube for person in case.people}
    moments = [member.settled_at for member in case.members if member.state in SETTLED and own.get(member.position) in (None, member.tube)]
    known = [moment for moment in moments if moment is not None]
    return max(known, default=None) if len(known) == len(case.members) else None
