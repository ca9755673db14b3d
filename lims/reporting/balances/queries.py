"""Reading kept accounts, and of which days the trail tells something."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, exists, select, text

from lims.kernel.db import AnyRow
from lims.kernel.settings import settings
from lims.reporting.balances.rules import MANY_TUBES, Touched
from lims.reporting.balances.tables import KeptAccount, KeptTests
from lims.reporting.keeping import queries as keeping
from lims.reporting.queries import statement


def is_any(connection: Connection) -> bool:
    """Whether any account is kept."""
    return connection.execute(select(exists().select_from(KeptAccount))).scalar_one()


def days(connection: Connection, first: date, last: date) -> Sequence[AnyRow]:
    """The days of a range whose accounts are kept, without these."""
    columns = (KeptAccount.day, KeptAccount.places, KeptAccount.made_at, KeptAccount.touched)
    return connection.execute(select(*columns).where(KeptAccount.day.between(first, last)).order_by(KeptAccount.day)).all()


def account(connection: Connection, day: date) -> AnyRow:
    """The account of a day as it is kept, and those of its labs."""
    return connection.execute(select(KeptAccount.account, KeptAccount.labs).where(KeptAccount.day == day)).one()


def tests(connection: Connection, day: date) -> Sequence[AnyRow]:
    """The kept tests of the pools of a day."""
    return connection.execute(select(KeptTests.__table__).where(KeptTests.day == day)).all()


def touched(connection: Connection, zones: Collection[str], after: AnyRow, to: AnyRow | None = None) -> Touched:
    """Of which days the trail tells something after a seal; up to another one, for which the worker takes its time, or all there is."""
    found = touched_by(keeping.READ_AT_ONCE, connection, zones, after, to)
    return touched_by(keeping.UNREAD_AT_MOST, connection, zones, after, to) if found.every and to is not None else found


def touched_by(most: int, connection: Connection, zones: Collection[str], after: AnyRow, to: AnyRow | None = None) -> Touched:
    """The same by no more than so many events: if there are as many, every day is."""
    bounds: dict[str, Any] = {
        "epoch": after.epoch, "txid": after.to_txid, "until_txid": None if to is None or to.epoch != after.epoch else to.to_txid,
        "since_day": (after.sealed_at - timedelta(days=2)).date(), "zones": [*zones, settings().timezone], "most": most,
    }  # fmt: skip
    row = connection.execute(statement("account_touched"), bounds).one()
    return Touched(frozenset(row.days or ()), row.events >= most or (to is not None and to.epoch != after.epoch))


def unread(connection: Connection, zones: Collection[str]) -> Touched:
    """Of which days the trail tells something that was not read for kept accounts yet."""
    after, _ = keeping.unread_seals(connection)
    return Touched(frozenset(), every=True) if after is None else touched(connection, zones, after)


def next_to_count(connection: Connection, places: str, now: datetime) -> date | None:
    """Of large days the one whose account is most wanted: of those touched the oldest, but the newest that has none after five minutes."""
    wanted = text(
        "SELECT day FROM (SELECT day FROM kept_line WHERE by = 'day' AND key = ''"
        " AND GREATEST(CAST(figures ->> 'collected_tubes' AS integer), CAST(figures ->> 'released_tubes' AS integer)) >= :many"
        " UNION SELECT day FROM kept_account) AS large LEFT JOIN kept_account AS kept USING (day)"
        " WHERE kept.day IS NULL OR kept.touched OR kept.places <> :places"
        " ORDER BY COALESCE(kept.made_at, :lately), day DESC LIMIT 1"
    )
    return connection.execute(wanted, {"many": MANY_TUBES, "places": places, "lately": now - timedelta(minutes=5)}).scalar_one_or_none()
