"""Keeping aside what is over."""

from collections.abc import Sequence

from sqlalchemy import Connection, Select, delete, insert, update

from lims.deconvolution.board import Case
from lims.deconvolution.over.tables import OverCase, OverRead
from lims.deconvolution.rules import Outcome
from lims.kernel.audit.rules import unaudited


@unaudited("it notes how far the trail was read")
def read_to(connection: Connection, touched: Select[str], epoch: int, txid: int) -> None:
    """The trail was read up to a transaction: the cases it touches are looked at again, until somebody has."""
    connection.execute(delete(OverCase).where(OverCase.barcode.in_(touched)))
    connection.execute(update(OverRead).values(epoch=epoch, txid=txid))


@unaudited("it says what the case says already")
def keep(connection: Connection, cases: Sequence[Case]) -> None:
    """Keep aside those of these cases that are confirmed, and no others."""
    codes = [case.row.barcode for case in cases]
    if codes:
        connection.execute(delete(OverCase).where(OverCase.barcode.in_(codes)))
    over = [
        {"barcode": case.row.barcode, "closed_at": case.standing.closed_at} for case in cases if case.standing.outcome is Outcome.CONFIRMED
    ]
    if over:
        connection.execute(insert(OverCase), over)
