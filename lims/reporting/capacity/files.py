"""Capacities as rows for files, in tubes a day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lims.reporting.capacity.forms import CapacityView
from lims.reporting.capacity.rules import Step


@dataclass(frozen=True)
class LabRow:
    """A lab's three capacities, and what each step lets through."""

    lab: str
    name: str
    kind: str
    day: date
    declared: int | None
    best_24_hours: int | None
    best_until: datetime | None
    modelled: int | None
    bottleneck: str | None
    extraction: int | None
    amplification: int | None
    staff: int | None
    finding: str


@dataclass(frozen=True)
class DeclaredRow:
    """One version of what a lab declares."""

    lab: str
    valid_from: date
    version: int
    tubes_per_day: int
    declared_by: str | None
    declared_at: datetime | None
    why: str | None


def labs(views: Sequence[CapacityView]) -> list[LabRow]:
    """A row for each lab."""
    return [
        LabRow(
            view.lab, view.name, view.kind, view.day, view.declared, view.best, view.best_until, view.modelled, view.bottleneck,
            view.steps.get(Step.EXTRACTION), view.steps.get(Step.AMPLIFICATION), view.steps.get(Step.STAFF), view.finding,
        )
        for view in views
    ]  # fmt: skip


def declarations(views: Sequence[CapacityView]) -> list[DeclaredRow]:
    """A row for each version."""
    return [
        DeclaredRow(view.lab, row.valid_from, row.version, row.tubes_per_day, row.declared_by, row.declared_at, row.why)
        for view in views
        for row in view.declarations
    ]


TABLES: dict[str, tuple[type, Callable[[Sequence[CapacityView]], Sequence[Any]]]] = {
    "labs": (LabRow, labs),
    "declarations": (DeclaredRow, declarations),
}
