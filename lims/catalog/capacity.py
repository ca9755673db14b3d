"""What a lab can do, as data: its resources, when it is open, where a unit that moves stands. Pure.

Each is in force from a day on, until a newer version of it is; what a lab declares it can test is kept apart (`lab_capacity`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

EARTH_KM = 6371.0
DAY = timedelta(days=1)
# From when until when, in UTC.
Spell = tuple[datetime, datetime]


class Dated(Protocol):
    """What is in force from a day on."""

    @property
    def valid_from(self) -> date:
        """The first day."""


D = TypeVar("D", bound=Dated)


@dataclass(frozen=True)
class Point:
    """A place on earth, in degrees (WGS 84)."""

    latitude: float
    longitude: float

    def km_to(self, other: "Point") -> float:
        """The distance as the crow flies, by the haversine formula (R. W. Sinnott, "Virtues of the haversine", 1984)."""
        north, south = radians(self.latitude), radians(other.latitude)
        half = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(radians(other.longitude - self.longitude) / 2) ** 2
        return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


@dataclass(frozen=True)
class Shift:
    """So many people who work from one hour to another; past midnight where it ends before it begins."""

    starts: time
    ends: time
    staff: int


@dataclass(frozen=True)
class Resources:
    """What a lab works with. Batches and plates are in wells, times in minutes, `tubes_per_person` in a shift; who said so.

    `extraction_lines` is None where nothing is extracted (rapid devices).
    """

    valid_from: date
    extraction_lines: int | None
    extraction_wells: int
    extraction_minutes: int
    cyclers: int
    cycler_wells: int
    run_minutes: int
    control_wells: int
    tubes_per_person: int
    shifts: tuple[Shift, ...]
    source: str


@dataclass(frozen=True)
class Hours:
    """On these days of the week (Monday is 1) a lab is open between two hours; the whole day where they are the same."""

    weekdays: tuple[int, ...]
    opens: time
    closes: time


@dataclass(frozen=True)
class Opening:
    """When a lab is open; on a weekday that is not named it is closed."""

    valid_from: date
    hours: tuple[Hours, ...]


@dataclass(frozen=True)
class Move:
    """A unit leaves where it was, and works at another place from some time later on."""

    leaves_at: datetime
    works_from: datetime
    place: str
    point: Point


@dataclass(frozen=True)
class LabPlan:
    """All of it of one lab; empty where nobody has said anything."""

    point: Point | None = None
    resources: tuple[Resources, ...] = ()
    openings: tuple[Opening, ...] = ()
    moves: tuple[Move, ...] = ()

    def resources_on(self, day: date) -> Resources | None:
        """The version of the resources in force on a day."""
        return in_force(self.resources, day)

    def move_at(self, at: datetime) -> Move | None:
        """The last move that has begun."""
        return max((move for move in self.moves if move.leaves_at <= at), key=lambda move: move.leaves_at, default=None)

    def point_at(self, at: datetime) -> Point | None:
        """Where the lab is, or is driving to."""
        move = self.move_at(at)
        return move.point if move else self.point

    def open_on(self, day: date, zone: str) -> list[Spell]:
        """When the lab works on a local day, without what it is on the road; the whole day where nobody has said when it is open.

        Hours past midnight belong to the day on which they began, and end at the latest when the lab opens again.
        """
        own = without(self.opened_on(day, zone), self.opened_on(day + DAY, zone))
        return without(own, [(move.leaves_at.astimezone(UTC), move.works_from.astimezone(UTC)) for move in self.moves])

    def opened_on(self, day: date, zone: str) -> list[Spell]:
        """The opening hours that begin on a local day."""
        opening = in_force(self.openings, day)
        hours = [Hours((day.isoweekday(),), time(), time())] if opening is None else opening.hours
        return merged(between(day, each.opens, each.closes, zone) for each in hours if day.isoweekday() in each.weekdays)


def in_force(versions: Iterable[D], day: date) -> D | None:
    """The newest version that holds on a day."""
    return max((each for each in versions if each.valid_from <= day), key=lambda each: each.valid_from, default=None)


def between(day: date, first: time, last: time, zone: str) -> Spell:
    """From one local time of a day to another; to the next day's where that is not later."""
    place = ZoneInfo(zone)
    end = day if last > first else day + DAY
    return datetime.combine(day, first, place).astimezone(UTC), datetime.combine(end, last, place).astimezone(UTC)


def merged(spells: Iterable[Spell]) -> list[Spell]:
    """The same time, without overlaps, in order."""
    found: list[Spell] = []
    for begin, end in sorted(spells):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif begin < end:
            found.append((begin, end))
    return found


def common(one: Sequence[Spell], other: Sequence[Spell]) -> list[Spell]:
    """The time that is in both."""
    return merged((max(a, c), min(b, d)) for a, b in one for c, d in other if max(a, c) < min(b, d))


def without(spells: Sequence[Spell], gaps: Iterable[Spell]) -> list[Spell]:
    """The time that is in no gap."""
    left = list(spells)
    for begin, end in gaps:
        cut = [part for a, b in left for part in ((a, min(b, begin)), (max(a, end), b))]
        left = [(a, b) for a, b in cut if a < b]
    return merged(left)


def minutes(spells: Iterable[Spell]) -> float:
    """How long they are together."""
    return sum((end - begin) / timedelta(minutes=1) for begin, end in spells)
