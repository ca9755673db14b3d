"""How a box stands. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from lims.catalog.policies import TransportPolicy
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


class Outcome(StrEnum):
    """What a scan of a tube came to."""

    RECEIVED = "received"
    UNEXPECTED = "unexpected"
    UNREGISTERED = "unregistered"
    ELSEWHERE = "elsewhere"
    AGAIN = "again"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Arrival:
    """How a box and its tubes came, against what is allowed: °C, minutes from sealing to receipt, how many tubes are too old."""

    temperature_c: float | None
    outside: bool
    oldest_minutes: int | None
    too_old: int


def outcome_of(tube: Any, box: str, lab: str, at: datetime) -> Outcome:  # noqa: ANN401 - a row of `queries.tubes_of_box`
    """What the scan of a tube out of this box at this moment came to; the same for a repeat of the same message."""
    if tube.lab != lab:
        return Outcome.ELSEWHERE
    if tube.rejected_at is not None:
        return Outcome.REJECTED
    if tube.received_at != at or tube.received_box != box:
        return Outcome.AGAIN
    if tube.registered_at is None:
        return Outcome.UNREGISTERED
    return Outcome.RECEIVED if tube.box == box else Outcome.UNEXPECTED


def arrival(policy: TransportPolicy | None, box: str, temperature_c: float | None, tubes: Iterable[Any]) -> Arrival:
    """How a box came: of rows with received_box, sealed_at, received_at, those that were scanned out of it."""
    ages = [age for tube in tubes if tube.received_box == box and (age := minutes_old(tube.sealed_at, tube.received_at)) is not None]
    outside = policy is not None and temperature_c is not None and not policy.allows(temperature_c)
    return Arrival(temperature_c, outside, max(ages, default=None), sum(is_too_old(policy, age) for age in ages))


def minutes_old(sealed_at: datetime | None, received_at: datetime) -> int | None:
    """How old a tube is on arrival, in whole minutes; None where nobody told when it was sealed."""
    return minutes_on_its_way(sealed_at, received_at) if sealed_at is not None else None


def is_too_old(policy: TransportPolicy | None, minutes: int | None) -> bool:
    """Whether a tube came older than the policy allows; what nobody knows or limits is not."""
    limit = policy.tube_hours_at_most if policy else None
    return limit is not None and minutes is not None and minutes > limit * 60


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
