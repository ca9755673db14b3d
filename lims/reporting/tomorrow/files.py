"""The tables of the page of tomorrow as rows for files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lims.reporting.tomorrow.outlook import LabOutlook, Outlook, together


@dataclass(frozen=True)
class LabRow:
    """A lab until the end of tomorrow, in tubes; `overflows_at`: from when on tubes come that are late."""

    lab: str
    name: str
    waiting: int
    coming_low: float
    coming: float
    coming_high: float
    capacity_tomorrow: int | None
    clears: datetime | None
    clears_latest: datetime | None
    overflows_at: datetime | None
    overflow_tubes: float | None
    may_overflow_at: datetime | None
    headroom_prevalence: float | None
    retest_wells_low: float
    retest_wells: float
    retest_wells_high: float


@dataclass(frozen=True)
class HourRow:
    """An hour of the labs together, in tubes: what comes, what can be tested, what waits at its end."""

    begins: datetime
    ends: datetime
    arriving_low: float
    arriving: float
    arriving_high: float
    capacity: float
    waiting_low: float
    waiting: float
    waiting_high: float


def labs(_outlook: Outlook, of: Sequence[LabOutlook]) -> list[LabRow]:
    """A row for each lab."""
    return [
        LabRow(
            lab.lab.code, lab.lab.name, lab.waiting, round(lab.coming.low, 2), round(lab.coming.expected, 2), round(lab.coming.high, 2),
            lab.capacity_tomorrow, lab.clears, lab.clears_latest, lab.overflow.at if lab.overflow else None,
            round(lab.overflow.tubes, 2) if lab.overflow else None, lab.may_overflow.at if lab.may_overflow else None, lab.headroom,
            round(lab.retests.low, 2), round(lab.retests.expected, 2), round(lab.retests.high, 2),
        )
        for lab in of
    ]  # fmt: skip


def hours(outlook: Outlook, of: Sequence[LabOutlook]) -> list[HourRow]:
    """The charts as numbers."""
    arrivals, queue, capacity = together(of, outlook.slots.shown)
    return [
        HourRow(
            begin, end, round(comes.low, 2), round(comes.expected, 2), round(comes.high, 2), round(tested, 2), round(waits.low, 2),
            round(waits.expected, 2), round(waits.high, 2),
        )
        for (begin, end), comes, tested, waits in zip(outlook.slots.spells, arrivals, capacity, queue, strict=False)
    ]  # fmt: skip


TABLES: dict[str, tuple[type, Callable[[Outlook, Sequence[LabOutlook]], Sequence[Any]]]] = {
    "labs": (LabRow, labs),
    "hours": (HourRow, hours),
}
