"""Every person, tube and reading of a day accounted for: with a result, open for a known reason, or unexplained.

Records that were received but cannot be used yet (held, in conflict, refused) are the field's and hidden from the bench's
database role, which this runs with; they are listed under the conflicts of the sampling end, not here.
"""

from datetime import date

from sqlalchemy import Connection

from lims.catalog import queries as catalog
from lims.kernel.settings import settings
from lims.reporting import queries
from lims.reporting.accounts import Finding, Reconciliation, people_account, readings_account, tubes_account
from lims.reporting.measures import zones_of
from lims.reporting.rules import By, Question

MOST_FINDINGS = 100


def reconcile(connection: Connection, day: date) -> Reconciliation:
    """The account of a day, in four statements."""
    zone = settings().timezone
    window = Question(day, day, By.DAY, zone).window(zones_of(catalog.current(connection)))
    wrong = queries.wrong_tubes(connection, day, window, zone)
    codes = [row.barcode for row in wrong]
    people, nameless = people_account(queries.people_of_day(connection, day, codes), wrong)
    tubes = tubes_account(queries.tubes_of_day(connection, day, window, zone, codes), wrong)
    readings, runs = readings_account(queries.readings_of_day(connection, day, window, zone))
    found = [*nameless, *(Finding(row.barcode, problem, row.people) for row in wrong for problem in row.problems), *runs]
    return Reconciliation(people, tubes, readings, tuple(found[:MOST_FINDINGS]))
