"""What the page of a day shows beside the figures. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate
from typing import Any

from lims.catalog.rules import Catalog

# Hours: the bands of ages in which what stands in a lab is shown; the last is open.
EDGES = (2.0, 4.0, 6.0, 12.0, 24.0, 48.0)
LEGS = ("collecting", "at_site", "on_the_way", "waiting", "on_plate", "in_review", "whole")
KINDS = ("swab_pool", "single", "")
# From what has happened least to what has happened most: what is out of the lab was tested before, and so on.
CURVES = ("out", "tested", "received", "dispatched", "collected")
COMPARED = (
    "collected_tubes",
    "collected_people",
    "received_tubes",
    "tested_tubes",
    "released_tubes",
    "nonnegative_tubes",
    "rejected_tubes",
)


@dataclass(frozen=True)
class Curve:
    """How many tubes had passed a stage at the end of each hour, those of the days before included that were still under way."""

    name: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Flow:
    """The curves of a day, the highest last; what lies between two is what waits for the lower one. `hours` have passed."""

    curves: tuple[Curve, ...]
    hours: int

    @property
    def most(self) -> int:
        """The end of the axis of tubes."""
        return max((max(curve.counts, default=0) for curve in self.curves), default=0) or 1

    def outline(self, number: int) -> str:
        """The area under a curve and over the one below it, as the points of a polygon: hours to the right, tubes down from the top."""
        upper = self.curves[number].counts
        lower = self.curves[number - 1].counts if number else (0,) * len(upper)
        points = [*enumerate(upper), *reversed([*enumerate(lower)])]
        return " ".join(f"{hour},{self.most - tubes}" for hour, tubes in points)

    @property
    def backlog(self) -> tuple[int, ...]:
        """What stood in the labs at the end of each hour."""
        by_name = {curve.name: curve.counts for curve in self.curves}
        return tuple(received - out for received, out in zip(by_name["received"], by_name["out"], strict=True))


def flow_of(hours: Sequence[Mapping[str, int]], begun: Mapping[str, int], passed: int) -> Flow:
    """The curves of a day from what happened in its hours, of which `passed` have begun, and from what was under way at its start.

    A tube that skipped a step (received without a dispatch) has passed it all the same: no curve lies below a later stage's.
    """
    happened = {name: [hour.get(f"{name}_tubes", 0) for hour in hours] for name in CURVES}
    happened["out"] = [hour.get("released_tubes", 0) + hour.get("rejected_tubes", 0) for hour in hours]
    floor: list[int] = [0] * (passed + 1)
    curves = []
    for name in CURVES:
        start = begun.get(name, begun.get("dispatched", 0) if name == "collected" else 0)
        counts = [*accumulate(happened[name][:passed], initial=start)]
        floor = [max(below, count) for below, count in zip(floor, counts, strict=True)]
        curves.append(Curve(name, tuple(floor)))
    return Flow(tuple(curves), passed)


@dataclass(frozen=True)
class Compared:
    """A figure of a day, of the day before and of the same weekday a week before; of a running day until the same hour."""

    name: str
    now: int
    yesterday: int
    last_week: int

    def change(self, before: int) -> float | None:
        """The difference as a share of what it was; None where it was nothing."""
        return (self.now - before) / before if before else None


def hours_of(rows: Iterable[Mapping[str, Any]], day: date) -> list[dict[str, int]]:
    """What happened in each of the 24 hours of a day, from rows of those in which anything did.

    Where there are several time zones some rows are of the days beside it.
    """
    found: list[dict[str, int]] = [{} for _ in range(24)]
    for row in rows:
        slot = datetime.fromisoformat(row["slot"])
        if slot.date() == day:
            found[slot.hour] = {name: value for name, value in row.items() if name != "slot"}
    return found


def compare(
    today: Sequence[Mapping[str, int]], yesterday: Sequence[Mapping[str, int]], last_week: Sequence[Mapping[str, int]]
) -> list[Compared]:
    """The hours of three days beside each other."""

    def total(hours: Iterable[Mapping[str, int]], name: str) -> int:
        return sum(hour.get(name, 0) for hour in hours)

    return [Compared(name, total(today, name), total(yesterday, name), total(last_week, name)) for name in COMPARED]


def limits_of(catalog: Catalog, day: date) -> tuple[list[dict[str, Any]], list[str]]:
    """The time limit of every class of tubes that has one, as rows: site, kind, recollection, hours; and the sites with rows of their own.

    Most sites have the limits that a tube of no known site has: they share the rows of an empty site.
    """
    named, known = {limit.site for limit in catalog.limits}, dict[tuple[str, str | None], list[dict[str, Any]]]()

    def of(site: str | None) -> list[dict[str, Any]]:
        like = (catalog.zone_of(site), site if site in named else None)
        if like not in known:
            known[like] = [
                {"kind": kind, "recollection": recollection, "hours": limit.hours}
                for kind in KINDS
                for recollection in (False, True)
                if (limit := catalog.time_limit(kind or None, site, day, recollection=recollection)) is not None
            ]
        return known[like]

    own = [site for site in catalog.sites if of(site) != of(None)]
    return [{"site": site or ""} | limit for site in (None, *own) for limit in of(site)], own


@dataclass(frozen=True)
class Panels:
    """What stood and what was refused, how long each leg took, what was under way at the start; rows of plain values, kept as JSON."""

    ages: Sequence[Mapping[str, Any]] = ()
    oldest: Sequence[Mapping[str, Any]] = ()
    legs: Sequence[Mapping[str, Any]] = ()
    refused: Sequence[Mapping[str, Any]] = ()
    hours: Sequence[Mapping[str, Any]] = ()
    cases: Sequence[str] = ()
    begun: Mapping[str, int] | None = None

    def leg(self, path: str, name: str) -> Mapping[str, Any] | None:
        """One leg of one path; None where no tube took it."""
        return next((row for row in self.legs if row["path"] == path and row["leg"] == name), None)

    @property
    def paths(self) -> list[str]:
        """The paths that tubes took, the direct one first."""
        return [path for path in ("direct", "case") if any(row["path"] == path for row in self.legs)]

    @property
    def bands(self) -> list[dict[str, Any]]:
        """What stood, in every band of ages from the youngest: from and to (hours, None is open), tubes, late."""
        found = {row["band"]: row for row in self.ages}
        starts, ends = (0.0, *EDGES), (*EDGES, None)
        return [
            {"from": start, "to": end, "tubes": found.get(band, {}).get("tubes", 0), "late": found.get(band, {}).get("late", 0)}
            for band, (start, end) in enumerate(zip(starts, ends, strict=True))
        ]

    @property
    def late(self) -> int:
        """How many tubes were over their limit."""
        return sum(row["late"] for row in self.ages)


def plain(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def panels_by_place(rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Rows of each panel, as panels of each key; empty for all together, or for no known place."""
    found: dict[str, dict[str, Any]] = {}
    for name, listed in rows.items():
        for row in listed:
            own = {column: plain(value) for column, value in row.items() if column != "key"}
            place = found.setdefault(row["key"] or "", {})
            if name == "begun":
                place[name] = own
            else:
                place.setdefault(name, []).append(own)
    return found
