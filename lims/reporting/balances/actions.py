"""Counting accounts of large days to keep, and noting of which something was told since."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, update

from lims.catalog.rules import Catalog
from lims.kernel.audit.rules import unaudited
from lims.kernel.db import AnyRow
from lims.reporting.accounts import Reconciliation, account
from lims.reporting.balances import queries, rules
from lims.reporting.balances.tables import KeptAccount
from lims.reporting.casework.queries import EVERY, statement
from lims.reporting.keeping.rules import places_digest
from lims.reporting.measures import zones_of
from lims.reporting.reconciliation import facts_of, reconcile
from lims.reporting.rules import By, Question


@dataclass(frozen=True)
class Anew:
    """An account counted anew, and where the kept one differed; None where none was kept that could be compared."""

    account: Reconciliation
    differing: list[str] | None


@unaudited("what it writes can be counted again")
def read_on(connection: Connection, zones: Collection[str], after: AnyRow, to: AnyRow) -> None:
    """Note of which kept accounts the trail tells something between two seals."""
    if not queries.is_any(connection):
        return
    touched = queries.touched(connection, zones, after, to)
    told = update(KeptAccount).values(touched=True).where(~KeptAccount.touched)
    connection.execute(told if touched.every else told.where(KeptAccount.day.in_(touched.days)))


@unaudited("it only drops what can be counted again")
def forget(connection: Connection) -> None:
    """Nothing that is kept can be trusted."""
    connection.execute(delete(KeptAccount))


@unaudited("what it writes can be counted again")
def keep(connection: Connection, catalog: Catalog, day: date, zone: str, now: datetime) -> Reconciliation:
    """Count the account of a day and the tests of its pools, and keep them.

    Whoever calls it keeps others from reading the trail on: what comes while it counts is read afterwards, and told then.
    """
    facts = facts_of(connection, day)
    whole, labs = account(facts), {lab: asdict(account(facts.of(lab))) for lab in facts.labs}
    connection.execute(delete(KeptAccount).where(KeptAccount.day == day))
    head = {"day": day, "places": places_digest(catalog), "made_at": now, "touched": False}
    connection.execute(insert(KeptAccount).values(**head, account=asdict(whole), labs=labs))
    since, until = Question(day, day, By.DAY, zone).window(zones_of(catalog))
    asked = EVERY | {"first": day, "last": day, "since": since, "until": until, "lab": None, "sites": None, "kept": []}
    connection.execute(statement("tests_kept"), asked)
    return whole


@unaudited("what it writes can be counted again")
def keep_anew(connection: Connection, catalog: Catalog, day: date, zone: str, now: datetime) -> Anew:
    """Count the account of a day, and where one is kept, compare it if nothing was told since, and keep the new one."""
    row = next(iter(queries.days(connection, day, day)), None)
    if row is None:
        return Anew(reconcile(connection, day), None)
    before = numbers_kept(connection, day)
    whole = keep(connection, catalog, day, zone, now)
    if not rules.is_current(row, places_digest(catalog), queries.unread(connection, zones_of(catalog))):
        return Anew(whole, None)
    return Anew(whole, rules.differences(before, numbers_kept(connection, day)))


def numbers_kept(connection: Connection, day: date) -> dict[str, int]:
    """Every number that is kept of a day."""
    row = queries.account(connection, day)
    labs = {f"{lab or 'of no lab'} {name}": count for lab, kept in row.labs.items() for name, count in rules.numbers(kept).items()}
    return rules.numbers(row.account) | labs | rules.tests(queries.tests(connection, day))
