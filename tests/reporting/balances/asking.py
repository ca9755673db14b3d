"""Asking for accounts as they are shown and as they are counted, and keeping them."""

from datetime import date, datetime, timedelta

from lims.reporting import measures
from lims.reporting.accounts import Reconciliation, Whose
from lims.reporting.balances import actions
from lims.reporting.balances.board import Told, account_of
from lims.reporting.keeping import actions as keeping
from lims.reporting.reconciliation import EVERYTHING, reconcile
from tests.reporting.city import CHINA, DAY, LATER, City
from tests.reporting.test_keeping import sealed

BEFORE = DAY - timedelta(days=1)
SOON = LATER + timedelta(minutes=59)
LONG_AFTER = LATER + timedelta(minutes=61)


def shown(city: City, day: date = DAY, now: datetime = SOON, whose: Whose = EVERYTHING) -> Told:
    return city.as_reports(lambda connection: account_of(connection, city.catalog, day, now, whose))


def counted(city: City, day: date = DAY, whose: Whose = EVERYTHING) -> Reconciliation:
    return city.as_reports(lambda connection: reconcile(connection, day, whose))


def keep(city: City, *days: date, now: datetime = LATER) -> None:
    for day in days:
        actions.keep(city.connection, city.catalog, day, CHINA, now)


def read_on(city: City) -> None:
    sealed(city)
    keeping.read_on(city.connection, measures.zones_of(city.catalog))
