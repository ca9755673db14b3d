"""The rows behind each number of a day's account, by the same statements that count them."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection

from lims.catalog import queries as catalog
from lims.kernel.errors import Refused
from lims.kernel.settings import settings
from lims.reporting import queries as live
from lims.reporting.accounting import queries
from lims.reporting.accounting.forms import AccountRow, Part, RowsAsked
from lims.reporting.accounts import OPEN_PEOPLE, OPEN_TUBES, Whose
from lims.reporting.measures import zones_of
from lims.reporting.reconciliation import labels_of
from lims.reporting.rules import By, Question
from lims.sampling.printing.ledger import COUNTS

UNEXPLAINED = "unexplained"
REASONS = {
    Part.PEOPLE: ("with_result", *OPEN_PEOPLE, UNEXPLAINED),
    Part.TUBES: ("released", "rejected", *OPEN_TUBES, UNEXPLAINED),
    Part.READINGS: ("stored", UNEXPLAINED),
    Part.LABELS: COUNTS,
}


def rows_behind(connection: Connection, wanted: RowsAsked, whose: Whose, day: date, most: int) -> list[AccountRow]:
    """The rows behind a number, by their codes; Refused where an account knows no such reason, or has no such part."""
    refuse_undivided(wanted.part, whose)
    if wanted.reason not in REASONS[wanted.part]:
        raise Refused(
            "figure_unknown", "There is no figure {figure}; there are {known}.",
            figure=wanted.reason, known=", ".join(REASONS[wanted.part]),
        )  # fmt: skip
    if wanted.part is Part.LABELS:
        return after(label_rows(connection, day, whose.site, wanted.reason), wanted.after, most)
    zone = settings().timezone
    window = Question(day, day, By.DAY, zone).window(zones_of(catalog.current(connection)))
    if wanted.part is Part.READINGS:
        runs = live.readings_of_day(connection, day, window, zone)
        own = [run for run in runs if whose.lab in (None, run.lab)]
        chosen = [run for run in own if wanted.reason == "stored" or run.expected != run.stored]
        return after((AccountRow(run.plate, None, None, None, str(run.expected), run.stored) for run in chosen), wanted.after, most)
    wrong = live.wrong_tubes(connection, day, window, zone, whose.site)
    codes = [row.barcode for row in wrong]
    if wanted.part is Part.TUBES:
        found = queries.tube_rows(connection, day, window, zone, whose, codes, wanted.reason, wanted.after, most)
    else:
        found = queries.people_rows(connection, day, whose, codes, wanted.reason, wanted.after, most)
    rows = [AccountRow(row.code, None, row.site, row.lab, row.state, row.number) for row in found]
    if wanted.part is Part.PEOPLE and wanted.reason == UNEXPLAINED:
        own = [row for row in wrong if whose.lab in (None, row.lab)]
        rows += [AccountRow(row.barcode, None, row.site, row.lab or None, ", ".join(row.problems), row.people) for row in own]
    return after(rows, wanted.after, most)


def refuse_undivided(part: Part, whose: Whose) -> None:
    """Refused where labels are asked for of a lab, or runs of a site: those are not divided so."""
    if part is Part.LABELS and whose.lab is not None:
        raise Refused("account_undivided", "Labels are reserved by sites: of a lab there is no account of them.")
    if part is Part.READINGS and whose.site is not None:
        raise Refused("account_undivided", "A run has tubes of many sites: of one site there is no account of readings.")


def label_rows(connection: Connection, day: date, site: str | None, reason: str) -> Iterable[AccountRow]:
    """The labels of the day's blocks that stand so: as runs where it is known which, as blocks where it is only known how many."""
    for of_site, line in labels_of(connection, day, site):
        gaps = [gap for gap in line.gaps if gap.state == reason]
        yield from (AccountRow(gap.first, gap.last, of_site, None, gap.reason, gap.count) for gap in gaps)
        if not gaps and (count := getattr(line, reason)):
            yield AccountRow(line.first, line.last, of_site, None, None, count)


def after(rows: Iterable[AccountRow], code: str, most: int) -> list[AccountRow]:
    """The first rows beyond a code."""
    return sorted((row for row in rows if row.code > code), key=lambda row: row.code)[:most]
