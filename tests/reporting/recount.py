"""The figures once more, from the raw rows: slow, obvious, and without a line of the statements that the product counts with.

All rows are read; then each tube is asked, one after the other, what happened to it when, by the clock of its lab or site.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select

from lims.catalog.tables import LabCapacity
from lims.custody.tables import Tube, TubeMember
from lims.reporting.rules import By
from lims.testing.instruments.tables import Run
from lims.testing.interpretation.tables import CallRow
from lims.testing.plates.tables import Plate
from lims.testing.review.tables import Release, Returned
from tests.reporting.city import CHINA, City

Row = Any
Slot = tuple[date, int]
PERCENTILES = {"turnaround_minutes_p50": 50, "turnaround_minutes_p90": 90, "turnaround_minutes_p99": 99}
EDGES = [2, 4, 6, 12, 24, 48]
LEGS = ["collecting", "at_site", "on_the_way", "waiting", "on_plate", "in_review"]


@cache
def end_of(slot: Slot, zone: ZoneInfo, hourly: bool) -> datetime:
    """The first moment at which the clocks of a zone show the end of a slot or more, found by looking at the clock every quarter."""
    wall = datetime.combine(slot[0], time(slot[1])) + (timedelta(hours=1) if hourly else timedelta(days=1))
    moment = wall.replace(tzinfo=UTC) - timedelta(hours=15)
    while moment.astimezone(zone).replace(tzinfo=None) < wall:
        moment += timedelta(minutes=15)
    return moment


@dataclass(frozen=True)
class Stood:
    """Something stood somewhere from one moment until another, or still does."""

    since: datetime
    until: datetime | None
    zone: ZoneInfo
    key: str | None

    def at_the_end_of(self, here: Slot, hourly: bool) -> bool:
        left = self.until is not None and slot_of(self.until, self.zone, hourly) <= here
        return slot_of(self.since, self.zone, hourly) <= here and not left


@cache
def slot_of(moment: datetime, zone: ZoneInfo, hourly: bool) -> Slot:
    local = moment.astimezone(zone)
    return local.date(), local.hour if hourly else 0


def share(part: int, whole: int | None) -> float | None:
    return part / whole if whole else None


@dataclass
class Raw:
    """Every row, as it is stored."""

    city: City
    every: dict[str, Row] = field(init=False)

    def __post_init__(self) -> None:
        def rows(mapped: Any) -> list[Row]:
            return list(self.city.connection.execute(select(mapped.__table__)))

        self.every = {row.barcode: row for row in rows(Tube)}
        self.people: dict[str, list[Any]] = defaultdict(list)
        for row in rows(TubeMember):
            if row.day == self.every[row.barcode].collected_on:
                self.people[row.barcode].append(row.person_id)
        self.laid = {row.barcode: row.laid_at for row in rows(Plate)}
        self.returned = [(row.barcode, row.at) for row in rows(Returned)]
        runs = {row.id: row for row in rows(Run)}
        self.calls: dict[str, list[tuple[Row, Row]]] = defaultdict(list)
        for row in rows(CallRow):
            self.calls[row.barcode].append((row, runs[row.run]))
        self.releases = {row.barcode: row for row in rows(Release) if row.standing}
        self.capacities = sorted(rows(LabCapacity), key=lambda row: (row.valid_from, row.version))
        catalog = self.city.catalog
        self.zones = {code: ZoneInfo(place.timezone) for places in (catalog.sites, catalog.labs) for code, place in places.items()}
        self.areas = {code: site.area for code, site in catalog.sites.items()}

    def lab_zone(self, row: Row) -> ZoneInfo:
        return self.zones.get(row.lab or row.dispatched_to or "") or self.zones.get(row.site or "") or ZoneInfo(CHINA)

    def site_zone(self, row: Row) -> ZoneInfo:
        return self.zones.get(row.site or "") or self.lab_zone(row)

    def key(self, row: Row, by: By) -> str | None:
        if by is By.LAB:
            return row.lab or row.dispatched_to or None
        return None if row.site is None or by in (By.DAY, By.HOUR) else row.site if by is By.SITE else self.areas[row.site]

    def answers(self, root: str) -> list[Row]:
        """The single tubes that answer a tube, and those that answer these."""
        found: list[Row] = []
        for row in self.every.values():
            if row.kind == "single" and row.retest_of == root:
                found += [row, *self.answers(row.barcode)]
        return found

    def capacity(self, day: date) -> dict[str, int]:
        """What each lab has in force: what it declared last."""
        return {row.lab: row.tubes_per_day for row in self.capacities if row.valid_from <= day}


@dataclass
class Slow:
    """Counts of one question: everything, or one lab, one site or some areas."""

    raw: Raw
    by: By
    now: datetime
    lab: str | None = None
    site: str | None = None
    areas: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        self.hourly = self.by is By.HOUR
        self.tubes = [row for row in self.raw.every.values() if self.counts(row) and self.is_asked(row)]
        self.cases, self.verifying = list(self.open_cases()), list(self.people_verifying())
        self.positive = self.first_positives()

    @staticmethod
    def counts(row: Row) -> bool:
        is_tube = (row.registered_at or row.received_at) and (row.field_state != "void" or row.received_at)
        return bool(is_tube and row.kind != "aliquot_pool")

    def is_asked(self, row: Row) -> bool:
        return (
            self.lab in (None, row.lab or row.dispatched_to)
            and self.site in (None, row.site)
            and (self.areas is None or self.raw.areas.get(row.site or "") in self.areas)
        )

    def slot(self, moment: datetime, zone: ZoneInfo) -> Slot:
        return slot_of(moment, zone, self.hourly)

    def first_positives(self) -> list[tuple[Slot, str | None]]:
        """Where the first positive single of each person on each day belongs."""
        found: dict[tuple[Any, date], tuple[Slot, str | None]] = {}
        singles = [row for row in self.tubes if row.kind == "single" and row.released_call == "positive"]
        for row in sorted(singles, key=lambda row: (row.released_at, row.barcode)):
            zone = self.raw.lab_zone(row)
            for person in self.raw.people[row.barcode]:
                found.setdefault(
                    (person, row.released_at.astimezone(zone).date()), (self.slot(row.released_at, zone), self.raw.key(row, self.by))
                )
        return list(found.values())

    def people_verifying(self) -> Iterator[Stood]:
        """Each person of a pool that is not negative, until a single tube of theirs says anything."""
        raw = self.raw
        for row in self.tubes:
            if row.kind == "swab_pool" and row.released_call not in (None, "negative") and row.field_state != "void":
                singles = [one for one in raw.answers(row.barcode) if one.released_at and one.field_state != "void"]
                for person in raw.people[row.barcode]:
                    own = [one.released_at for one in singles if person in raw.people[one.barcode]]
                    yield Stood(row.released_at, min(own, default=None), raw.lab_zone(row), raw.key(row, self.by))
            mixed = raw.every.get(row.pool or "")
            if mixed is not None and mixed.released_call not in (None, "negative") and row.field_state != "void":
                for _ in raw.people[row.barcode]:
                    ended = row.released_at or row.rejected_at
                    yield Stood(mixed.released_at, ended, raw.lab_zone(row), raw.key(row, self.by))

    def open_cases(self) -> Iterator[Stood]:
        """Each pool that a run in control found not negative, from that run until it is withdrawn, or all its members are settled."""
        for row in self.raw.every.values():
            found = [(call, run) for call, run in self.raw.calls[row.barcode] if call.call != "negative" and call.controls_passed]
            opened = [run.at for call, run in found if call.pooled_in is None]
            if row.kind == "single" or not opened or not self.is_asked(row):
                continue
            key = self.raw.key(row, self.by)
            yield Stood(min(opened), self.closed_at(row, found), self.raw.zones[row.lab], key)

    def closed_at(self, row: Row, found: list[tuple[Row, Row]]) -> datetime | None:
        """When a case was over by itself; nobody closes one by hand here."""
        release = self.raw.releases.get(row.barcode)
        if release and row.released_call == "negative" and not any(run.imported_at > release.released_at for _, run in found):
            return row.released_at
        ends = [self.settled(row, member) for member in self.members(row)]
        firm = row.released_call not in (None, "negative") or row.rejected_at
        if not firm or not ends or any(end is None for end in ends) or not any(end[1] == "positive" for end in ends if end):
            return None
        return max([end[0] for end in ends if end] + [row.released_at or datetime.min.replace(tzinfo=UTC)])

    def members(self, row: Row) -> list[tuple[Any, list[Row]]]:
        """The people of a pool, each with what may answer for them: their own tube in it, the singles that answer it."""
        raw = self.raw
        if row.kind != "aliquot_pool":
            return [(person, raw.answers(row.barcode)) for person in raw.people[row.barcode]]
        own = [one for one in raw.every.values() if one.pool == row.barcode]
        return [(person, [one, *raw.answers(one.barcode)]) for one in own for person in raw.people[one.barcode]]

    def settled(self, pool: Row, member: tuple[Any, list[Row]]) -> tuple[datetime, str] | None:
        """When a member was found positive at all, or negative by the last tube that says anything."""
        person, tubes = member
        own = [one for one in tubes if person in self.raw.people[one.barcode] and one.released_at]
        own = [one for one in own if one.field_state != "void" or one.pool == pool.barcode]
        own.sort(key=lambda one: (one.sealed_at, one.barcode))
        decided = next((one for one in own if one.released_call == "positive"), own[-1] if own else None)
        if decided is None or decided.released_call not in ("positive", "negative"):
            return None
        return decided.released_at, decided.released_call

    def line(self, here: Slot, key: str | None) -> dict[str, Any]:
        """All figures of a day or hour, of one place or of all."""
        raw, whole = self.raw, self.by in (By.DAY, By.HOUR)
        mine = self.tubes if whole else [row for row in self.tubes if raw.key(row, self.by) == key]

        def passed(name: str, zone: Any) -> list[Row]:
            return [row for row in mine if (moment := getattr(row, name)) is not None and self.slot(moment, zone(row)) == here]

        def people(rows: Iterable[Row]) -> int:
            return sum(row.member_count for row in rows)

        collected = [row for row in passed("sealed_at", raw.site_zone) if row.field_state == "sealed"]
        received, tested = passed("received_at", raw.lab_zone), passed("tested_at", raw.lab_zone)
        released = passed("released_at", raw.lab_zone)
        calls = [row.released_call for row in released]
        again = [
            row for code, moment in raw.returned for row in mine if code in (row.barcode, row.pool)
            if self.slot(moment, raw.lab_zone(row)) == here
        ]  # fmt: skip
        capacity = self.capacity(here[0], key)
        return {
            "collected_tubes": len(collected), "collected_people": people(collected),
            "dispatched_tubes": len(passed("dispatched_at", raw.site_zone)),
            "received_tubes": len(received), "received_people": people(received),
            "tested_tubes": len(tested), "tested_people": people(tested),
            "released_tubes": len(released), "released_people": people(released),
            "negative_tubes": calls.count("negative"), "nonnegative_tubes": len(calls) - calls.count("negative"),
            "invalid_tubes": calls.count("invalid"), "rejected_tubes": len(passed("rejected_at", raw.lab_zone)),
            "retest_tubes": len(again) + sum(row.kind == "single" and row.retest_of is not None for row in received),
            "capacity_tubes": capacity, "utilisation": share(len(tested), capacity),
            "fill_rate": share(people(collected), sum(row.pool_size or 0 for row in collected)),
            "people_positive": sum(slot == here and (whole or place == key) for slot, place in self.positive),
            **self.minutes(released), **self.standing(mine, here, key),
        }  # fmt: skip

    @staticmethod
    def minutes(released: list[Row]) -> dict[str, float | None]:
        took = [(row.released_at - row.sealed_at) / timedelta(minutes=1) for row in released if row.sealed_at]
        return {name: float(np.percentile(took, percent)) if took else None for name, percent in PERCENTILES.items()}

    def capacity(self, day: date, key: str | None) -> int | None:
        """Of the labs asked about; sites and areas have none."""
        declared = {lab: tubes for lab, tubes in self.raw.capacity(day).items() if self.lab in (None, lab)}
        if self.site or self.areas is not None or self.by in (By.SITE, By.AREA) or not declared:
            return None
        if self.by is By.LAB:
            return declared.get(key or "")
        return round(sum(declared.values()) / 24) if self.hourly else sum(declared.values())

    def standing(self, mine: list[Row], here: Slot, key: str | None) -> dict[str, Any]:
        """What stood at the end of the slot."""
        here_still = [row for row in mine if row.received_at and self.in_lab(row).at_the_end_of(here, self.hourly)]
        way = [Stood(row.dispatched_at, row.received_at, self.raw.site_zone(row), None) for row in mine if row.dispatched_at]
        return {
            "backlog_tubes": len(here_still),
            "oldest_backlog_minutes": max((self.age(row, here) / timedelta(minutes=1) for row in here_still), default=None),
            "in_transit_tubes": self.still(way, here, None), "open_cases": self.still(self.cases, here, key),
            "people_verifying": self.still(self.verifying, here, key),
        }  # fmt: skip

    def in_lab(self, row: Row) -> Stood:
        return Stood(row.received_at, row.released_at or row.rejected_at, self.raw.lab_zone(row), None)

    def age(self, row: Row, here: Slot) -> timedelta:
        """How long a tube had been in its lab at the end of a slot, or now if that is earlier."""
        end = min(end_of(here, self.raw.lab_zone(row), self.hourly), self.now)
        return max(end - row.received_at.astimezone(UTC), timedelta())

    def still(self, stood: list[Stood], here: Slot, key: str | None) -> int:
        whole = self.by in (By.DAY, By.HOUR)
        return sum((whole or one.key == key) and one.at_the_end_of(here, self.hourly) for one in stood)

    def legs(self, day: date) -> dict[tuple[str, str], tuple[int, list[float]]]:
        """Of each path and leg: how many tubes released on a day took it, and its percentiles in minutes."""
        took: dict[tuple[str, str], list[float]] = defaultdict(list)
        for row in self.tubes:
            if row.released_at is None or slot_of(row.released_at, self.raw.lab_zone(row), False)[0] != day:
                continue
            laid = self.raw.laid.get(row.plate or "")
            laid = laid if laid and row.tested_at and laid <= row.tested_at else None
            stages = [row.opened_at, row.sealed_at, row.dispatched_at, row.received_at, laid, row.tested_at, row.released_at]
            for name, began, ended in [*zip(LEGS, stages[:-1], stages[1:], strict=True), ("whole", row.sealed_at, row.released_at)]:
                if began and ended and ended >= began:
                    took["case" if row.retest_of else "direct", name].append((ended - began) / timedelta(minutes=1))
        return {leg: (len(minutes), [float(one) for one in np.percentile(minutes, [50, 90, 99])]) for leg, minutes in took.items()}

    def refused(self, day: date) -> dict[tuple[str | None, str], tuple[int, int]]:
        """Tubes and people that came to no result on a day, by site and reason."""
        found: dict[tuple[str | None, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
        for row in self.tubes:
            moment = row.rejected_at or (row.released_at if row.released_call == "invalid" else None)
            if moment and slot_of(moment, self.raw.lab_zone(row), False)[0] == day:
                reason = (row.rejected_for or "") if row.rejected_at else "invalid"
                tubes, people = found[row.site, reason]
                found[row.site, reason] = tubes + 1, people + row.member_count
        return dict(found)

    def sampled(self, days: Iterable[date]) -> dict[tuple[date, str, str], int]:
        """People of each round by day and site, but for recollections."""
        found: dict[tuple[date, str, str], int] = defaultdict(int)
        for row in self.tubes:
            if row.field_state == "sealed" and row.retest_of is None:
                day = slot_of(row.sealed_at, self.raw.site_zone(row), False)[0]
                if day in days:
                    found[day, row.round or "", row.site or ""] += row.member_count
        return dict(found)

    def bands(self, day: date, hours_at_most: Any) -> list[tuple[int, int]]:
        """Of each band of ages at the end of a day: the tubes, and those over what they are allowed (hours of a tube; None: nothing)."""
        found = [[0, 0] for _ in range(len(EDGES) + 1)]
        for row in self.tubes:
            if row.received_at and self.in_lab(row).at_the_end_of((day, 0), hourly=False):
                hours = self.age(row, (day, 0)) / timedelta(hours=1)
                limit = hours_at_most(row)
                band = found[sum(hours >= edge for edge in EDGES)]
                band[0] += 1
                band[1] += limit is not None and hours > limit
        return [(tubes, late) for tubes, late in found]
