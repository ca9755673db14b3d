"""Positions in racks, and the order in which one walks to them. Pure."""

import re
import string
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from lims.kernel.clock import local_day
from lims.kernel.errors import Refused

LETTERS = string.ascii_uppercase
NAMED = re.compile(r"\s*([A-Za-z])\s*0*([1-9][0-9]?)\s*")
Row = TypeVar("Row")
RackRow = Any  # of `queries.rack`
LyingRow = Any  # with rack, position and place
TubeRow = Any  # of `queries.tubes_for_update`


class Kept(StrEnum):
    """How cold a rack is kept (domain rules 2.11: 4 °C if tested within 24 hours, otherwise 70 °C below zero)."""

    ROOM = "room"
    COLD = "cold"
    FROZEN = "frozen"
    DEEP_FROZEN = "deep_frozen"


def position_names(rows: int, columns: int) -> list[str]:
    """The positions of a rack in filling order: along each row, A1 before A2."""
    return [f"{letter}{column}" for letter in LETTERS[:rows] for column in range(1, columns + 1)]


def real_position(name: str, rows: int, columns: int) -> str:
    """A position of a rack as it is written here (A1 for a01); Refused where the rack has none of this name."""
    found = NAMED.fullmatch(name)
    position = f"{found[1].upper()}{int(found[2])}" if found else ""
    if position not in position_names(rows, columns):
        last = f"{LETTERS[rows - 1]}{columns}"
        raise Refused(
            "rack_position", "This rack has no position {position}; its positions go from A1 to {last}.", position=name, last=last
        )
    return position


def refuse_discarded(tubes: Iterable[TubeRow], zone: str) -> None:
    """Refused where one of these tubes was thrown away; days are those of `zone`."""
    for tube in tubes:
        if tube.discarded_at is not None:
            day = local_day(tube.discarded_at, zone).isoformat()
            raise Refused("tube_discarded", "Tube {tube} was discarded on {day}.", tube=tube.barcode, day=day)


def filled(rack: RackRow, taken: Collection[str], tubes: Sequence[str], start: str | None) -> dict[str, str]:
    """Where tubes go, by tube: the first into `start` itself, the others into the free positions behind it.

    Without `start` into the first free positions of all. Refused where the position is taken or the room is not enough.
    """
    order = position_names(rack.rows, rack.columns)
    if start is not None:
        position = real_position(start, rack.rows, rack.columns)
        if position in taken:
            raise Refused("rack_position_taken", "Position {position} of rack {rack} is taken.", position=position, rack=rack.barcode)
        order = order[order.index(position) :]
    free = [position for position in order if position not in taken]
    if len(free) < len(tubes):
        raise Refused(
            "rack_full", "Rack {rack} has {free} free positions left for {tubes} tubes; scan another rack.",
            rack=rack.barcode, free=len(free), tubes=len(tubes),
        )  # fmt: skip
    return dict(zip(tubes, free, strict=False))


def in_walking_order(rows: Iterable[Row]) -> list[Row]:
    """Rows with place, rack and position as one passes them: place by place, rack by rack, along the rows; what lies nowhere at last."""
    return sorted(rows, key=_step)


def _step(row: LyingRow) -> tuple[bool, str, str, str, int]:
    position = row.position or ""
    return (row.rack is None, row.place or "", row.rack or "", position[:1], int(position[1:] or 0))
