"""The account of a day, and of which days the tests are kept: as they were counted where that holds, else counted now."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.reporting.accounts import Reconciliation, Whose
from lims.reporting.balances import queries, rules
from lims.reporting.keeping.rules import places_digest
from lims.reporting.measures import zones_of
from lims.reporting.queries import known_until
from lims.reporting.reconciliation import EVERYTHING, reconcile


@dataclass(frozen=True)
class Told:
    """An account, and as of when it holds: earlier than now where something was told since it was counted, or a standby is behind."""

    account: Reconciliation
    as_of: datetime


def account_of(connection: Connection, catalog: Catalog, day: date, now: datetime, whose: Whose = EVERYTHING) -> Told:
    """The account of a day. Of one site it is counted: those are a few hundred tubes, and an index."""
    kept = kept_days(connection, catalog, day, day, now) if whose.site is None else {}
    account = rules.account_of(queries.account(connection, day), whose.lab) if kept else reconcile(connection, day, whose)
    return Told(account, min([*kept.values(), known_until(connection) or now, now]))


def kept_days(connection: Connection, catalog: Catalog, first: date, last: date, now: datetime) -> dict[date, datetime]:
    """The days of a range of which accounts and tests are shown as they were counted, and as of when they hold."""
    rows = queries.days(connection, first, last)
    if not rows:
        return {}
    places, unread = places_digest(catalog), queries.unread(connection, zones_of(catalog))
    found = {row.day: rules.holds_as_of(row, places, unread, now) for row in rows}
    return {day: as_of for day, as_of in found.items() if as_of is not None}
