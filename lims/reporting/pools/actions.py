"""Counting results of pools, and adding those that come later. It cannot be said twice: each is in the trail once, and so counted once."""

from datetime import date

from sqlalchemy import Connection, delete

from lims.kernel.audit.rules import unaudited
from lims.kernel.db import AnyRow
from lims.reporting.pools import queries
from lims.reporting.pools.tables import KeptPoolDay
from lims.reporting.queries import statement


@unaudited("what it writes can be counted again")
def count(connection: Connection, day: date) -> None:
    """Count the results of a day of collection, and remember which transactions were seen: their results are not added again."""
    connection.execute(delete(KeptPoolDay).where(KeptPoolDay.day == day))
    connection.execute(statement("pools_counted"), {"day": day})


@unaudited("it only counts")
def read_on(connection: Connection, after: AnyRow, to: AnyRow) -> None:
    """Add the results that the trail tells between two seals; forget the days of which it tells something else."""
    bounds = queries.between(after, to)
    spoiled = queries.spoiled(connection, bounds)
    if None in spoiled or to.epoch != after.epoch:
        forget(connection)
        return
    connection.execute(delete(KeptPoolDay).where(KeptPoolDay.day.in_(spoiled)))
    connection.execute(statement("pools_added", "pools_told", "pools_fresh"), bounds)


@unaudited("it only drops what can be counted again")
def forget(connection: Connection) -> None:
    """Nothing that is kept can be trusted."""
    connection.execute(delete(KeptPoolDay))
