"""Sealing until nothing is left to seal."""

from datetime import datetime

from sqlalchemy import text

from lims.kernel.audit.actions import seal
from lims.kernel.db import Access
from lims.kernel.program import Program

PATIENCE = 100_000
LEFT = text("SELECT count(*) FROM event WHERE txid >= (SELECT coalesce(max(to_txid), 0) FROM seal)::text::xid8")


def seal_everything(program: Program, now: datetime) -> None:
    """Seal every event there is: a transaction of somebody else's, autovacuum's too, may hold the sealer back for a moment."""
    for _ in range(PATIENCE):
        with program.database.transaction(Access.OWNER) as connection:
            seal(connection, program.keys.seal, now)
        with program.database.transaction(Access.OWNER) as connection:
            if connection.execute(LEFT).scalar_one() == 0:
                return
    raise AssertionError("somebody's transaction never ended")
