"""Keeping aside what is over."""

from collections.abc import Sequence

from sqlalchemy import Connection, Select, delete, update
from sqlalchemy.dialects.postgresql import insert

from lims.deconvolution.board import Case
from lims.deconvolution.over.tables import OverCase, OverRead
from lims.deconvolution.rules import CaseState, MemberState
from lims.kernel.audit.rules import unaudited


@unaudited("it notes how far the trail was read")
def read_to(connection: Connection, touched: Select[str], epoch: int, txid: int) -> None:
    """The trail was read up to a transaction: the cases it touches are looked at again, until somebody has."""
    connection.execute(delete(OverCase).where(OverCase.barcode.in_(touched)))
    connection.execute(update(OverRead).values(epoch=epoch, txid=txid))


@unaudited("it says what the case says already")
def keep(connection: Connection, cases: Sequence[Case]) -> None:
    """Keep aside those of these cases that are closed, and no others."""
    codes = [case.row.barcode for case in cases]
    if codes:
        connection.execute(delete(OverCase).where(OverCase.barcode.in_(codes)))
    # Single tubes that were not negative are as many as such cases, and every look would read the calls of these, too.
    over = {
        code: case.standing.closed_at
        for case in cases
        if case.standing.state is CaseState.CLOSED
        for code in (case.row.barcode, *(member.tube for member in case.members if member.state is not MemberState.NEGATIVE))
        if code is not None
    }
    if over:
        rows = [{"barcode": code, "closed_at": closed_at} for code, closed_at in over.items()]
        connection.execute(insert(OverCase).on_conflict_do_nothing(), rows)
