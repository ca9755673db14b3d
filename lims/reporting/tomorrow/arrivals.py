"""What will arrive where and when: boxes on their way, tubes at the sites, and what is still to be collected. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import mean
from zoneinfo import ZoneInfo

from lims.catalog.capacity import DAY
from lims.catalog.rules import Catalog, Site
from lims.reporting.tomorrow.rules import Range
from lims.reporting.tomorrow.slots import HOUR, Slots

# Where nobody has come this way yet: two hours from sealing to the lab, one from leaving the site, as handbooks allow at most.
USUAL_MINUTES_FROM_SEALING, USUAL_MINUTES_FROM_LEAVING = 120.0, 60.0


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
    """What is known now. `collected`: tubes by site, day and hour lately; `plans`: tubes by hour, by site and day."""

    boxes: Sequence[ComingBox] = ()
    unboxed: Mapping[str, int] = field(default_factory=dict)
    collected: Mapping[tuple[str, date, int], int] = field(default_factory=dict)
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
        self.low, self.high = spread(known.collected)
        self.usual = by_hour(known.collected)
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
        """What a site is still to collect today and tomorrow: by its plan, or as in the last days."""
        zone = ZoneInfo(place.timezone)
        today, usual = self.slots.now.astimezone(zone).date(), self.usual.get(code, ())
        for day in (today, today + DAY):
            planned = self.known.plans.get((code, day))
            for hour, tubes in enumerate(usual if planned is None else planned):
                begins = datetime.combine(day, time(hour), zone)
                left = min(max((begins + HOUR - self.slots.now) / HOUR, 0.0), 1.0)
                if tubes and left:
                    kind = self.expected if planned is None else self.certain
                    self.share(kind, code, max(begins + HOUR / 2, self.slots.now), tubes * left)

    def share(self, into: dict[str, list[float]], site: str | None, sealed_at: datetime, tubes: float) -> None:
        """Tubes of a site, in the shares in which its tubes go to labs."""
        ways = usual_ways(self.known, self.catalog, site, self.slots.now)
        together = sum(way.tubes for way in ways.values())
        for lab, way in ways.items():
            self.put(into, lab, sealed_at + timedelta(minutes=way.from_sealing), tubes * way.tubes / together)

    def put(self, into: dict[str, list[float]], lab: str, comes: datetime, tubes: float) -> None:
        """Tubes that come to a lab at a time."""
        slot = self.slots.at(comes)
        if slot is not None and lab in self.catalog.labs:
            into[lab][slot] += tubes

    def of(self, lab: str) -> list[Range]:
        """The tubes that come to a lab in each slot; what is known or planned for certain, the rest within what the last days were."""
        return [Range(sure + self.low * more, sure + more, sure + self.high * more)
                for sure, more in zip(self.certain[lab], self.expected[lab], strict=True)]  # fmt: skip


def by_hour(collected: Mapping[tuple[str, date, int], int]) -> dict[str, list[float]]:
    """What each site collects in each hour of a day, on average over the days on which anybody collected anything."""
    days = len({day for _, day, _ in collected})
    found: dict[str, list[float]] = defaultdict(lambda: [0.0] * 24)
    for (site, _, hour), tubes in collected.items():
        found[site][hour] += tubes / days
    return dict(found)


def spread(collected: Mapping[tuple[str, date, int], int]) -> tuple[float, float]:
    """How far the least and the most of the last days lay from their mean: factors, 1 where there was one day or none."""
    days: dict[date, int] = defaultdict(int)
    for (_, day, _), tubes in collected.items():
        days[day] += tubes
    if not days:
        return 1.0, 1.0
    usual = mean(days.values())
    return min(days.values()) / usual, max(days.values()) / usual
