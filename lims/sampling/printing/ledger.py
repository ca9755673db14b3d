"""The ledger of a site: what became of every label of every block."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.sampling.printing import queries
from lims.sampling.printing.answers import ends_of, state_run
from lims.sampling.printing.forms import LedgerJob, LedgerLine
from lims.sampling.printing.rules import Account, Run, account

# Names under which a label is missing where somebody counts by numbers.
GAPS = ("void", "in_doubt", "unexplained")


def ledger(connection: Connection, site: str, timezone: str, first: date, last: date) -> list[LedgerLine]:
    """The blocks that a site reserved on these local days, both included."""
    if last < first:
        raise Refused("report_days_reversed", "The days {first} to {last} end before they begin.", first=first, last=last)
    zone = ZoneInfo(timezone)
    since, until = (datetime.combine(day, datetime.min.time(), zone) for day in (first, last + timedelta(days=1)))
    blocks = queries.ranges_between(connection, site, since, until)
    ids = [block.id for block in blocks]
    jobs = defaultdict[UUID, list[AnyRow]](list)
    used = defaultdict[UUID, set[int]](set)
    void = defaultdict[UUID, set[int]](set)
    for job in queries.jobs_of_ranges(connection, ids):
        jobs[job.range_id].append(job)
    for row in queries.used_labels(connection, ids):
        (void if row.void else used)[row.range_id].add(row.serial)
    for row in queries.void_labels(connection, ids):
        void[row.range_id].add(row.serial)
    return [line(block, jobs[block.id], used[block.id], void[block.id]) for block in blocks]


def line(block: AnyRow, jobs: list[AnyRow], used: set[int], void: set[int]) -> LedgerLine:
    """One block."""
    made = account(
        Run(block.first_serial, block.last_serial),
        [Run(job.first_serial, job.printed_through) for job in jobs],
        [Run(job.first_serial, job.sent_through) for job in jobs],
        used,
        void,
    )
    first, last = ends_of(block.kind, Run(block.first_serial, block.last_serial))
    return LedgerLine(
        range=block.id, kind=block.kind, first=first, last=last, count=block.last_serial - block.first_serial + 1,
        reserved_by=block.reserved_by, reserved_at=block.reserved_at, jobs=[print_of(block.kind, job) for job in jobs],
        **{name: sum(len(run) for run in found) for name, found in names(made).items()},
        gaps=[state_run(block.kind, name, run) for name in GAPS for run in names(made)[name]],
    )  # fmt: skip


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
