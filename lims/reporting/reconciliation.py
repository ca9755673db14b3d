"""Every person, tube and reading of a day accounted for: with a result, open for a known reason, or unexplained.

Records that were received but cannot be used yet (held, in conflict, refused) are the field's and hidden from the bench's
database role, which this runs with; they are listed under the conflicts of the sampling end, not here.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from lims.catalog import queries as catalog
from lims.kernel.settings import settings
from lims.reporting import queries
from lims.reporting.accounts import Finding, LabelsAccount, Reconciliation, people_account, readings_account, tubes_account
from lims.reporting.measures import zones_of
from lims.reporting.rules import DAY, By, Question
from lims.sampling.printing.forms import LedgerLine, StateRun
from lims.sampling.printing.ledger import COUNTS, lines_of, total
from lims.sampling.printing.queries import ranges_between

MOST_FINDINGS = 100


def labels(connection: Connection, day: date) -> tuple[LabelsAccount, list[StateRun]]:
    """What became of the labels that were reserved on a day, and the runs of those that nobody has explained."""
    lines = [line for _, line in labels_of(connection, day)]
    passed_over = [gap for line in lines for gap in line.gaps if gap.state == "unexplained"]
    return LabelsAccount(sum(line.count for line in lines), *(total(lines, name) for name in COUNTS)), passed_over[:MOST_FINDINGS]


def labels_of(connection: Connection, day: date) -> list[tuple[str, LedgerLine]]:
    """The blocks of labels that were reserved on a day, each with its site and what became of its labels."""
    start = datetime.combine(day, time(), ZoneInfo(settings().timezone))
    blocks = ranges_between(connection, None, start, start + DAY)
    return [(block.site, line) for block, line in zip(blocks, lines_of(connection, blocks), strict=True)]


def reconcile(connection: Connection, day: date) -> Reconciliation:
    """The account of a day, in four statements."""
    zone = settings().timezone
    window = Question(day, day, By.DAY, zone).window(zones_of(catalog.current(connection)))
    wrong = queries.wrong_tubes(connection, day, window, zone)
    codes = [row.barcode for row in wrong]
    people, nameless = people_account(queries.people_of_day(connection, day, codes), wrong)
    tubes = tubes_account(queries.tubes_of_day(connection, day, window, zone, codes))
    readings, runs = readings_account(queries.readings_of_day(connection, day, window, zone))
    found = [*nameless, *(Finding(row.barcode, problem, row.people) for row in wrong for problem in row.problems), *runs]
    return Reconciliation(people, tubes, readings, tuple(found[:MOST_FINDINGS]))
