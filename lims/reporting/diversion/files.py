"""A proposal as rows for files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lims.reporting.diversion.forms import DiversionView


@dataclass(frozen=True)
class MoveRow:
    """A box that goes to another lab; `km`: the way from its site."""

    box: str
    tubes: int
    from_lab: str | None
    to_lab: str
    km: float


@dataclass(frozen=True)
class LabRow:
    """A lab: tubes that are late at the worst of it, without the diversion and with it, and room beside what comes anyway."""

    lab: str
    late_before: int
    late_after: int
    room: int


def moves(view: DiversionView) -> list[MoveRow]:
    """A row for each box."""
    return [MoveRow(move.box, move.tubes, move.lab, move.to, move.km) for move in view.moves]


def labs(view: DiversionView) -> list[LabRow]:
    """A row for each lab."""
    return [LabRow(lab, late.before, late.after, view.room.get(lab, 0)) for lab, late in sorted(view.late.items())]


TABLES: dict[str, tuple[type, Callable[[DiversionView], Sequence[Any]]]] = {"moves": (MoveRow, moves), "labs": (LabRow, labs)}
