"""How a box stands. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lims.custody.rules import REJECTION_REASONS

# A reason as a code to scan: letters and digits only, so that no keyboard layout can spoil it.
CODE_OF_REASON = {reason: f"REJ{reason.replace('_', '').upper()}" for reason in REJECTION_REASONS}
REASON_OF_CODE = {code: reason for reason, code in CODE_OF_REASON.items()}


@dataclass(frozen=True)
class BoxStanding:
    """The tubes of a box, each in one list; `expected` counts those that were packed."""

    expected: int
    received: tuple[str, ...]
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    unregistered: tuple[str, ...]
    elsewhere: tuple[str, ...]


def reason_of(code: str) -> str | None:
    """The reason of rejection that a code of the printed sheet names; None where it is none."""
    return REASON_OF_CODE.get(code)


def minutes_on_its_way(left_at: datetime, opened_at: datetime) -> int:
    """For how long a box was carried, in whole minutes; clocks that disagree make no negative time."""
    return max(0, int((opened_at - left_at).total_seconds() // 60))


def standing(box: str, lab: str, tubes: Iterable[Any]) -> BoxStanding:
    """Sort the tubes of a box: rows with barcode, box (packed in), received_box, lab, received_at, registered_at."""
    lists: dict[str, list[str]] = {name: [] for name in ("received", "missing", "unexpected", "unregistered", "elsewhere")}
    expected = 0
    for tube in tubes:
        packed_here = tube.box == box
        expected += packed_here
        if tube.received_at is None:
            lists["missing"].append(tube.barcode)
        elif tube.lab != lab:
            lists["elsewhere"].append(tube.barcode)
        elif tube.registered_at is None:
            lists["unregistered"].append(tube.barcode)
        elif not packed_here:
            lists["unexpected"].append(tube.barcode)
        else:
            lists["received"].append(tube.barcode)
    return BoxStanding(expected, **{name: tuple(codes) for name, codes in lists.items()})
