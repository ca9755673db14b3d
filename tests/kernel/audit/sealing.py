"""Sealing all that was written, whatever else the server does meanwhile."""

from datetime import datetime

from sqlalchemy import text

from lims.kernel.audit.actions import seal
from lims.kernel.db import Access
from lims.kernel.program import Program
from tests.proofs.hosts import until

BEGUN = text("SELECT CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text)")
OVER = text("SELECT pg_snapshot_xmin(pg_current_snapshot()) >= CAST(CAST(:begun AS text) AS xid8)")


def let_end(program: Program) -> None:
    """Return when all that is committed can be sealed: an older transaction of somebody else, autovacuum's too, holds it back."""
    with program.database.engine(Access.OWNER).connect() as connection:
        begun = connection.execute(BEGUN).scalar_one()
        until(lambda: connection.execute(OVER, {"begun": begun}).scalar_one(), "somebody's transaction never ended")


def seal_everything(program: Program, now: datetime) -> None:
    """Seal every event there is."""
    let_end(program)
    with program.database.transaction(Access.OWNER) as connection:
        seal(connection, program.keys.seal, now)
