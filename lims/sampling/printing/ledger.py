"""The ledger of a site: what became of every label of every block."""

import csv
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from io import StringIO
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.sampling.labels.formats.csv import plain
from lims.sampling.printing import queries
from lims.sampling.printing.answers import ends_of, state_run
from lims.sampling.printing.forms import LedgerJob, LedgerLine, StateRun
from lims.sampling.printing.rules import Account, Run, account, runs

# Names under which a label is missing where somebody counts by numbers, beside the void ones, which have their reasons.
GAPS = ("in_doubt", "unexplained")


def ledger(connection: Connection, site: str, timezone: str, first: date, last: date) -> list[LedgerLine]:
    """The blocks that a site reserved on these local days, both included."""
    if last < first:
        raise Refused("report_days_reversed", "The days {first} to {last} end before they begin.", first=first, last=last)
    zone = ZoneInfo(timezone)
    since, until = (datetime.combine(day, datetime.min.time(), zone) for day in (first, last + timedelta(days=1)))
    return lines_of(connection, queries.ranges_between(connection, site, since, until))


def lines_of(connection: Connection, blocks: Sequence[AnyRow]) -> list[LedgerLine]:
    """What became of every label of these blocks."""
    ids = [block.id for block in blocks]
    jobs = defaultdict[UUID, list[AnyRow]](list)
    used = defaultdict[UUID, set[int]](set)
    void = defaultdict[UUID, dict[int, str]](dict)
    for job in queries.jobs_of_ranges(connection, ids):
        jobs[job.range_id].append(job)
    for row in queries.used_labels(connection, ids):
        if row.void:
            void[row.range_id][row.serial] = ""
        else:
            used[row.range_id].add(row.serial)
    for row in queries.void_labels(connection, ids):
        void[row.range_id][row.serial] = row.reason
    return [line(block, jobs[block.id], used[block.id], void[block.id]) for block in blocks]


def line(block: AnyRow, jobs: list[AnyRow], used: set[int], void: dict[int, str]) -> LedgerLine:
    """One block."""
    made = account(
        Run(block.first_serial, block.last_serial),
        [Run(job.first_serial, job.printed_through) for job in jobs],
        [Run(job.first_serial, job.sent_through) for job in jobs],
        used,
        set(void),
    )
    first, last = ends_of(block.kind, Run(block.first_serial, block.last_serial))
    return LedgerLine(
        range=block.id, kind=block.kind, first=first, last=last, count=block.last_serial - block.first_serial + 1,
        reserved_by=block.reserved_by, reserved_at=block.reserved_at, jobs=[print_of(block.kind, job) for job in jobs],
        **{name: sum(len(run) for run in found) for name, found in names(made).items()},
        gaps=[*voided(block.kind, void), *(state_run(block.kind, name, run) for name in GAPS for run in names(made)[name])],
    )  # fmt: skip


def voided(kind: str, void: dict[int, str]) -> list[StateRun]:
    """The void labels of a block as runs, each with its reason."""
    by_reason = {reason: runs({serial for serial, why in void.items() if why == reason}) for reason in sorted(set(void.values()))}
    return [state_run(kind, "void", run, reason or None) for reason, found in by_reason.items() for run in found]


def names(made: Account) -> dict[str, tuple[Run, ...]]:
    """An account by its names."""
    return vars(made)


def print_of(kind: str, job: AnyRow) -> LedgerJob:
    """One print."""
    first, last = ends_of(kind, Run(job.first_serial, job.last_serial))
    return LedgerJob(
        id=job.id, by=job.made_by, at=job.made_at, printer=job.printer, first=first, last=last, state=job.state, reprint_reason=job.reason
    )


def window(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """The days that are asked for: without any, the last week."""
    return first or (last or today) - timedelta(days=6), last or today


def total(lines: list[LedgerLine], name: str) -> int:
    """How many labels stand under a name."""
    return sum(getattr(one, name) for one in lines)


COUNTS = ("used", "void", "in_doubt", "not_printed", "in_stock", "unexplained")
HEADER = ("row", "first", "last", "count", "by", "at", "printer", "state", "reason", *COUNTS)


def as_csv(lines: list[LedgerLine]) -> bytes:
    """The ledger for a spreadsheet: a row for each block with its counts, then a row for each of its prints and gaps."""
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(HEADER)
    for one in lines:
        counts = [getattr(one, name) for name in COUNTS]
        rows.writerow(["block", one.first, one.last, one.count, plain(one.reserved_by), one.reserved_at.isoformat(), "", "", "", *counts])
        for job in one.jobs:
            told = (job.by, job.at.isoformat(), job.printer or "", job.state, job.reprint_reason or "")
            rows.writerow(["print", job.first, job.last, "", *map(plain, told)])
        for gap in one.gaps:
            rows.writerow(["gap", gap.first, gap.last, gap.count, "", "", "", gap.state, plain(gap.reason or "")])
    return text.getvalue().encode("utf-8-sig")
