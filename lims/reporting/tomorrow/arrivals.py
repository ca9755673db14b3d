"""What will arrive where and when: boxes on their way, tubes at the sites, and what is still to be collected. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from statistics import mean
from zoneinfo import ZoneInfo

from lims.catalog.capacity import DAY
from lims.catalog.rules import Catalog, Site
from lims.reporting.tomorrow.rules import Range
from lims.reporting.tomorrow.slots import HOUR, Slots

# Where nobody has come this way yet: two hours from sealing to the lab, one from leaving the site, as handbooks allow at most.
USUAL_MINUTES_FROM_SEALING, USUAL_MINUTES_FROM_LEAVING = 120.0, 60.0
MICROSECOND = timedelta(microseconds=1)
# Of an hour of the day: which, how much of it is left, and the microseconds from the end of the first slot to the middle of what is left.
Hour = tuple[int, float, int]


@dataclass(frozen=True)
class Way:
    """How a site's tubes come to a lab: how many lately, and how many minutes it takes from sealing and from leaving."""

    tubes: int
    from_sealing: float = USUAL_MINUTES_FROM_SEALING
    from_leaving: float = USUAL_MINUTES_FROM_LEAVING


@dataclass(frozen=True)
class ComingBox:
    """A box that no lab has opened: sealed at a site, on its way where it has left."""

    barcode: str
    site: str | None
    tubes: int
    sealed_at: datetime | None
    dispatched_at: datetime | None
    lab: str | None


@dataclass(frozen=True)
class Known:
    """What is known now.

    `hours`: tubes that each site collected in each hour, of the last days together; `days`: what all collected on each of them;
    `plans`: tubes by hour, by site and day.
    """

    boxes: Sequence[ComingBox] = ()
    unboxed: Mapping[str, int] = field(default_factory=dict)
    hours: Mapping[str, Sequence[int]] = field(default_factory=dict)
    days: Sequence[int] = ()
    ways: Mapping[str, Mapping[str, Way]] = field(default_factory=dict)
    plans: Mapping[tuple[str, date], Sequence[int]] = field(default_factory=dict)
    labs_by_size: Sequence[str] = ()


def usual_ways(known: Known, catalog: Catalog, site: str | None, at: datetime) -> dict[str, Way]:
    """The labs a site's tubes go to; of a site that has sent none yet the nearest lab, or else the largest."""
    ways = {lab: way for lab, way in known.ways.get(site or "", {}).items() if lab in catalog.labs}
    if ways or not known.labs_by_size:
        return ways
    place = catalog.sites.get(site or "")
    point = place.point if place else None
    stands = {lab: catalog.lab_plans[lab].point_at(at) for lab in known.labs_by_size}
    near = [(point.km_to(there), lab) for lab, there in stands.items() if point is not None and there is not None]
    return {min(near)[1] if near else known.labs_by_size[0]: Way(1)}


def box_comes(box: ComingBox, ways: Mapping[str, Way], lab: str) -> datetime:
    """When a box will be at a lab, as soon as others of its site were."""
    way = ways.get(lab, Way(1))
    if box.dispatched_at is not None:
        return box.dispatched_at + timedelta(minutes=way.from_leaving)
    sealed_at = box.sealed_at
    if sealed_at is None:
        raise AssertionError("a box that comes was sealed or has left")
    return sealed_at + timedelta(minutes=way.from_sealing)


def lab_of(box: ComingBox, ways: Mapping[str, Way]) -> str | None:
    """Where a box goes: where it is sent, or else where most of its site's tubes go."""
    return box.lab or max(ways, key=lambda lab: (ways[lab].tubes, lab), default=None)


class Arrivals:
    """Tubes by lab and slot: those that exist, and those that are still to be collected."""

    def __init__(self, known: Known, catalog: Catalog, slots: Slots) -> None:
        """Everything that is known, put where it will arrive."""
        self.catalog, self.known, self.slots = catalog, known, slots
        self.certain: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(slots.spells))
        self.expected: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(slots.spells))
        self.low, self.high = spread(known.days)
        self.worked = sum(tubes > 0 for tubes in known.days)
        self.left: dict[str, list[tuple[date, list[Hour]]]] = {}
        for box in known.boxes:
            ways = usual_ways(known, catalog, box.site, slots.now)
            lab = lab_of(box, ways)
            if lab is not None:
                self.put(self.certain, lab, box_comes(box, ways, lab), box.tubes)
        for site, tubes in known.unboxed.items():
            self.share(self.certain, site, slots.now, tubes)
        for code, place in catalog.sites.items():
            self.collect(code, place)

    def collect(self, code: str, place: Site) -> None:
        """What a site is still to collect today and tomorrow: by its plan, or as on average of the days on which anybody collected."""
        shares, usual, last = self.shares(code), self.known.hours.get(code), len(self.slots.spells)
        for day, hours in self.hours_left(place.timezone):
            planned = self.known.plans.get((code, day))
            kind, tubes, days = (self.expected, usual, self.worked) if planned is None else (self.certain, planned, 1)
            if not tubes:
                continue
            # A city has 2,000 sites, and each some ways: this is done a hundred thousand times, and so in whole microseconds.
            for lab, part, minutes in shares:
                column, way = kind[lab], round(minutes * 60_000_000)
                for hour, left, since_first in hours:
                    slot = max(0, (since_first + way) // 3_600_000_000 + 1)
                    if tubes[hour] and slot < last:
                        column[slot] += tubes[hour] * left * part / days

    def hours_left(self, zone: str) -> list[tuple[date, list[Hour]]]:
        """Of today and tomorrow by the clock of a zone the hours of which something is left."""
        if zone not in self.left:
            place, first, now = ZoneInfo(zone), self.slots.spells[0][1], self.slots.now
            today = now.astimezone(place).date()
            self.left[zone] = []
            for day in (today, today + DAY):
                begins = [datetime.combine(day, time(hour), place).astimezone(UTC) for hour in range(24)]
                left = [min(max((begin + HOUR - now) / HOUR, 0.0), 1.0) for begin in begins]
                middles = [(max(begin + HOUR / 2, now) - first) // MICROSECOND for begin in begins]
                self.left[zone].append((day, [each for each in zip(range(24), left, middles, strict=True) if each[1]]))
        return self.left[zone]

    def shares(self, site: str | None) -> list[tuple[str, float, float]]:
        """The labs that a site's tubes go to, with the share that each gets and the minutes from sealing."""
        ways = usual_ways(self.known, self.catalog, site, self.slots.now)
        together = sum(way.tubes for way in ways.values())
        return [(lab, way.tubes / together, way.from_sealing) for lab, way in ways.items() if lab in self.catalog.labs]

    def share(self, into: dict[str, list[float]], site: str | None, sealed_at: datetime, tubes: float) -> None:
        """Tubes of a site, in the shares in which its tubes go to labs."""
        for lab, part, minutes in self.shares(site):
            self.put(into, lab, sealed_at + timedelta(minutes=minutes), tubes * part)

    def put(self, into: dict[str, list[float]], lab: str, comes: datetime, tubes: float) -> None:
        """Tubes that come to a lab at a time."""
        slot = self.slots.at(comes)
        if slot is not None and lab in self.catalog.labs:
            into[lab][slot] += tubes

    def of(self, lab: str) -> list[Range]:
        """The tubes that come to a lab in each slot; what is known or planned for certain, the rest within what the last days were."""
        return [Range(sure + self.low * more, sure + more, sure + self.high * more)
                for sure, more in zip(self.certain[lab], self.expected[lab], strict=True)]  # fmt: skip


def spread(days: Sequence[int]) -> tuple[float, float]:
    """How far the least and the most of the days on which anything was collected lay from their mean: factors, 1 where there was none."""
    worked = [tubes for tubes in days if tubes]
    if not worked:
        return 1.0, 1.0
    usual = mean(worked)
    return min(worked) / usual, max(worked) / usual
