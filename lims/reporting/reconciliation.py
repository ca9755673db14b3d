"""Every person, tube, reading and label of a day accounted for: with a result, open for a known reason, or unexplained.

Records that were received but cannot be used yet (held, in conflict, refused) are the field's and hidden from the
database role that this runs with; they are listed under the conflicts of the sampling end, not here.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from lims.catalog import queries as catalog
from lims.kernel.settings import settings
from lims.reporting import queries
from lims.reporting.accounts import Facts, LabelsAccount, PassedOver, Reconciliation, Whose, account
from lims.reporting.measures import zones_of
from lims.reporting.rules import DAY, By, Question
from lims.sampling.printing.forms import LedgerLine
from lims.sampling.printing.ledger import COUNTS, lines_of, total
from lims.sampling.printing.queries import ranges_between

EVERYTHING = Whose()


def reconcile(connection: Connection, day: date, whose: Whose = EVERYTHING) -> Reconciliation:
    """The account of a day, in a fixed number of statements."""
    facts = facts_of(connection, day, whose.site, with_labels=whose.lab is None)
    return account(facts if whose.lab is None else facts.of(whose.lab))


def facts_of(connection: Connection, day: date, site: str | None = None, *, with_labels: bool = True) -> Facts:
    """What is counted of a day, of one site or of all."""
    zone = settings().timezone
    window = Question(day, day, By.DAY, zone).window(zones_of(catalog.current(connection)))
    wrong = queries.wrong_tubes(connection, day, window, zone, site)
    codes = [row.barcode for row in wrong]
    labels, passed_over = labels_account(labels_of(connection, day, site)) if with_labels else (None, ())
    return Facts(
        people=queries.people_of_day(connection, day, codes, site),
        tubes=queries.tubes_of_day(connection, day, window, zone, codes, site),
        wrong=wrong,
        runs=queries.readings_of_day(connection, day, window, zone) if site is None else None,
        labels=labels,
        passed_over=passed_over,
    )


def labels_account(blocks: list[tuple[str, LedgerLine]]) -> tuple[LabelsAccount, tuple[PassedOver, ...]]:
    """What became of the labels of some blocks, and the runs of those that nobody has explained."""
    lines = [line for _, line in blocks]
    passed_over = tuple(PassedOver(gap.first, gap.last, gap.count) for line in lines for gap in line.gaps if gap.state == "unexplained")
    return LabelsAccount(sum(line.count for line in lines), *(total(lines, name) for name in COUNTS)), passed_over


def labels_of(connection: Connection, day: date, site: str | None = None) -> list[tuple[str, LedgerLine]]:
    """The blocks of labels that a site, or any, reserved on a day, each with its site and what became of its labels."""
    start = datetime.combine(day, time(), ZoneInfo(settings().timezone))
    blocks = ranges_between(connection, site, start, start + DAY)
    return [(block.site, line) for block, line in zip(blocks, lines_of(connection, blocks), strict=True)]
