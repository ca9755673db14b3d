"""Reading results of pools: kept counts, with what the trail has told since, and days that are not kept one by one."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, select, text

from lims.kernel.db import AnyRow
from lims.reporting.keeping import ahead
from lims.reporting.keeping import queries as keeping
from lims.reporting.pools.tables import KeptPoolDay
from lims.reporting.queries import statement

NOTHING_READ = {"epoch": 0, "txid": "0", "until_txid": "0", "since_day": date.max}


def between(after: AnyRow, to: AnyRow | None = None) -> dict[str, Any]:
    """Where the trail is read: after a seal, to another or to its end."""
    until = None if to is None or to.epoch != after.epoch else to.to_txid
    return {"epoch": after.epoch, "txid": after.to_txid, "until_txid": until, "since_day": (after.sealed_at - timedelta(days=2)).date()}


def spoiled(connection: Connection, bounds: dict[str, Any]) -> set[date | None]:
    """The days that are not to be trusted any more by what the trail tells; None among them: none is."""
    return set(connection.execute(statement("pools_spoiled", "pools_told"), bounds).scalars())


def sources(connection: Connection, days: Collection[date]) -> dict[str, Any]:
    """Where the results of some days are to be read: which days are kept, and where the trail goes on from there."""
    after, _ = keeping.unread_seals(connection)
    if after is None or ahead.told(connection, after).is_too_much:
        return NOTHING_READ | {"kept": [], "live": list(days)}
    bounds = between(after)
    lost = spoiled(connection, bounds)
    kept = set() if None in lost else set(connection.execute(select(KeptPoolDay.day).where(KeptPoolDay.day.in_(days))).scalars()) - lost
    return bounds | {"kept": list(kept), "live": [day for day in days if day not in kept]}


def asked(connection: Connection, name: str, days: Collection[date], values: dict[str, Any]) -> Sequence[AnyRow]:
    """The answer to a question about the results of some days."""
    question = statement(name, "pools_told", "pools_fresh", "pools")
    return connection.execute(question, sources(connection, days) | values).all()


def next_to_count(connection: Connection, last: date, most: int) -> date | None:
    """The latest day with tubes, of the last `most`, that is not kept."""
    query = (
        "SELECT max(collected_on) FROM tube WHERE collected_on = ANY (ARRAY("
        "SELECT CAST(wanted AS date) FROM generate_series(CAST(:first AS timestamp), CAST(:last AS timestamp), '1 day') AS wanted"
        " WHERE NOT EXISTS (SELECT FROM kept_pool_day WHERE day = CAST(wanted AS date))))"
    )
    found: date | None = connection.execute(text(query), {"first": last - timedelta(days=most), "last": last}).scalar_one()
    return found
