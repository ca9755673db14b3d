"""The tables of the page of a day as rows: for the page itself, and as files."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lims.kernel.auth.door import Work
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.reporting.cases import CaseLine
from lims.reporting.day import queries
from lims.reporting.day.asking import Asked, Day
from lims.reporting.day.behind import BEHIND
from lims.reporting.day.forms import AgeRow, ComparedRow, HourRow, LegRow, RefusedRow, RowsAsked, TubeRow
from lims.reporting.rounds.board import row_of
from lims.reporting.rounds.forms import RoundRow

MOST_ROWS = 100_000


def tubes_behind(work: Work, asked: Asked, wanted: RowsAsked, most: int) -> Sequence[AnyRow]:
    """The tubes behind a figure; Refused where no figure has this name."""
    refuse_unknown(wanted)
    return queries.behind(work.connection, asked.question, asked.catalog, wanted, asked.now, most)


def refuse_unknown(wanted: RowsAsked) -> None:
    """Refused where no figure has this name."""
    if wanted.figure not in BEHIND:
        raise Refused("figure_unknown", "There is no figure {figure}; there are {known}.", figure=wanted.figure, known=", ".join(BEHIND))


def tube_rows(rows: Sequence[AnyRow]) -> list[TubeRow]:
    """Tubes as a file has them."""
    return [
        TubeRow(
            row.barcode, row.kind, row.people, row.pool_size, row.site, row.lab, row.sealed_at, row.dispatched_at, row.received_at,
            row.tested_at, row.released_at, row.released_call, row.rejected_at, row.rejected_for,
        )
        for row in rows
    ]  # fmt: skip


def legs(day: Day) -> list[LegRow]:
    """How long each leg took."""
    return [LegRow(row["path"], row["leg"], row["tubes"], *(round(minutes, 1) for minutes in row["minutes"])) for row in day.panels.legs]


def ages(day: Day) -> list[AgeRow]:
    """What stood for how long."""
    return [AgeRow(*band.values()) for band in day.panels.bands]


def refused(day: Day) -> list[RefusedRow]:
    """What came to no result."""
    return [RefusedRow(row["site"], row["reason"], row["tubes"], int(row["people"])) for row in day.panels.refused]


def hours(day: Day) -> list[HourRow]:
    """The curves of the picture of the flow."""
    passed = zip(*(curve.counts for curve in reversed(day.flow.curves)), strict=True)
    return [
        HourRow(hour, collected, dispatched, received, tested, out, received - out)
        for hour, (collected, dispatched, received, tested, out) in enumerate(passed)
    ]


def cases(day: Day) -> list[CaseLine]:
    """The open cases, the oldest ones."""
    return day.cases


def compared(day: Day) -> list[ComparedRow]:
    """The figures of three days beside each other."""
    return [ComparedRow(row.name, row.now, row.yesterday, row.last_week) for row in day.compared]


def rounds(day: Day) -> list[RoundRow]:
    """How far each round has come."""
    return [row_of(line) for line in day.rounds]


TABLES: dict[str, tuple[type, Callable[[Day], Sequence[Any]]]] = {
    "legs": (LegRow, legs),
    "ages": (AgeRow, ages),
    "refused": (RefusedRow, refused),
    "hours": (HourRow, hours),
    "compared": (ComparedRow, compared),
    "cases": (CaseLine, cases),
    "rounds": (RoundRow, rounds),
}


def name_of(what: str, asked: Asked, made_at: datetime) -> str:
    """The name of a file without its ending: what, of which days, and when it was made where the days still run."""
    days = f"{asked.question.first}" if asked.question.first == asked.question.last else f"{asked.question.first}-{asked.question.last}"
    running = f"-{made_at.astimezone(ZoneInfo(asked.zone)):%H%M}" if asked.question.last >= asked.today else ""
    return f"{what}-{days}{running}"
