"""From what was counted to the lines of a report. Pure."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lims.catalog.rules import Catalog
from lims.reporting.figures import AreaLine, DayLine, HourLine, LabLine, Line, SiteLine
from lims.reporting.rules import By, Question

# A slot (local day or hour) and the code of a lab, site or area; None is all of them, or those of no known place.
Cell = tuple[datetime, str | None]
PERCENTILES = ("turnaround_minutes_p50", "turnaround_minutes_p90", "turnaround_minutes_p99")


@dataclass(frozen=True)
class Stay:
    """So many tubes, cases or people that stood somewhere at the end of each slot from `first` on and before `last`; the oldest `since`."""

    key: str | None
    zone: str
    first: datetime
    last: datetime
    count: int
    since: datetime


@dataclass(frozen=True)
class Declared:
    """What a lab declared it can test a day, from a day on."""

    lab: str
    valid_from: date
    tubes_per_day: int


@dataclass(frozen=True)
class Facts:
    """Everything the lines are made of. `flows` are counts by cell, under the names that the statements give them."""

    flows: Mapping[Cell, Mapping[str, int]]
    turnaround: Mapping[Cell, Sequence[float]]
    backlog: Sequence[Stay]
    in_transit: Sequence[Stay]
    cases: Sequence[Stay]
    verifying: Sequence[Stay]
    declared: Sequence[Declared]


def keys_of(question: Question, catalog: Catalog) -> list[str | None]:
    """Of what there is a line in every slot, whether anything happened or not."""
    if question.by is By.LAB:
        return [code for code in sorted(catalog.labs) if question.lab in (None, code)]
    sites = [
        code
        for code, site in sorted(catalog.sites.items())
        if question.site in (None, code) and (question.areas is None or site.area in question.areas)
    ]
    if question.by is By.SITE:
        return [*sites]
    if question.by is By.AREA:
        return [*sorted({catalog.sites[code].area for code in sites})]
    return [None]


def lines_of(question: Question, catalog: Catalog, facts: Facts, now: datetime) -> list[Line]:
    """The lines, by slot and code. What has no known place comes last in its slot, and only where there is something."""
    slots, keys = question.slots(), keys_of(question, catalog)
    standings = [standing(stays, slots) for stays in (facts.backlog, facts.in_transit, facts.cases, facts.verifying)]
    capacity = Capacities(question, facts.declared)
    lines = []
    for slot in slots:
        nowhere = None not in keys and any((slot, None) in cells for cells in (facts.flows, *standings))
        for key in [*keys, None] if nowhere else keys:
            cell = (slot, key)
            flows, stays = facts.flows.get(cell, {}), [cells.get(cell, ()) for cells in standings]
            figures = (
                flowing(flows)
                | timed(facts.turnaround.get(cell))
                | standing_at(stays, slot + question.step, now)
                | declared_for(capacity.at(cell), flows)
            )
            lines.append(line(question.by, cell, figures, catalog))
    return lines


def standing(stays: Iterable[Stay], slots: Sequence[datetime]) -> dict[Cell, list[Stay]]:
    """The stays that cover the end of each slot."""
    found: dict[Cell, list[Stay]] = defaultdict(list)
    for stay in stays:
        for slot in slots[bisect_left(slots, stay.first) : bisect_left(slots, stay.last)]:
            found[slot, stay.key].append(stay)
    return found


def flowing(flows: Mapping[str, int]) -> dict[str, Any]:
    """The figures of what happened."""
    return {name: flows.get(name, 0) for name in COUNTED} | {
        "retest_tubes": flows.get("recollected_tubes", 0) + flows.get("returned_tubes", 0),
        "fill_rate": share(flows.get("collected_people", 0), flows.get("collected_places", 0)),
    }


def timed(percentiles: Sequence[float] | None) -> dict[str, float]:
    """The figures of how long it took; none where nothing was released."""
    return {name: round(minutes, 1) for name, minutes in zip(PERCENTILES, percentiles, strict=True)} if percentiles else {}


COUNTED = (
    "collected_tubes", "collected_people", "dispatched_tubes", "received_tubes", "received_people", "tested_tubes", "tested_people",
    "released_tubes", "released_people", "negative_tubes", "nonnegative_tubes", "rejected_tubes", "invalid_tubes", "people_positive",
)  # fmt: skip


def standing_at(stays: Sequence[Collection[Stay]], end: datetime, now: datetime) -> dict[str, Any]:
    """The figures of what stood at the end of a slot: tubes in the lab, tubes on their way, cases, people."""
    backlog, *_ = stays
    ages = [min(end.replace(tzinfo=ZoneInfo(stay.zone)), now) - stay.since for stay in backlog]
    tubes, in_transit, cases, people = (sum(stay.count for stay in one) for one in stays)
    return {
        "backlog_tubes": tubes,
        "oldest_backlog_minutes": round(max(*ages, timedelta()) / timedelta(minutes=1), 1) if ages else None,
        "in_transit_tubes": in_transit,
        "open_cases": cases,
        "people_verifying": people,
    }


def declared_for(capacity: int | None, flows: Mapping[str, int]) -> dict[str, Any]:
    """Capacity, and how much of it was used."""
    return {"capacity_tubes": capacity, "utilisation": share(flows.get("tested_tubes", 0), capacity or 0)}


def share(part: float, whole: float) -> float | None:
    """A ratio; None where there is nothing to divide by."""
    return round(part / whole, 4) if whole else None


class Capacities:
    """What was declared for each cell: by lab its own, by day the sum of the labs, by hour a 24th of it; sites have none."""

    def __init__(self, question: Question, declared: Sequence[Declared]) -> None:
        """Of the labs that are asked about; a lab's capacity says nothing of one site or area."""
        self.by = None if question.site is not None or question.areas is not None else question.by
        self.declared = [one for one in declared if question.lab in (None, one.lab)]
        self.known: dict[date, dict[str, int]] = {}

    def on(self, day: date) -> dict[str, int]:
        """What each lab has in force on a day: what it declared last, until then."""
        if day not in self.known:
            ordered = sorted((one for one in self.declared if one.valid_from <= day), key=lambda one: one.valid_from)
            self.known[day] = {one.lab: one.tubes_per_day for one in ordered}
        return self.known[day]

    def at(self, cell: Cell) -> int | None:
        """The capacity of a cell, in tubes."""
        slot, key = cell
        in_force = self.on(slot.date())
        if self.by is By.LAB:
            return in_force.get(key) if key is not None else None
        if self.by not in (By.DAY, By.HOUR) or not in_force:
            return None
        total = sum(in_force.values())
        return round(total / 24) if self.by is By.HOUR else total


def line(by: By, cell: Cell, figures: Mapping[str, Any], catalog: Catalog) -> Line:
    """One line of the report."""
    slot, key = cell
    day, code = slot.date(), key or ""
    if by is By.HOUR:
        return HourLine(day=day, hour=slot.hour, **figures)
    if by is By.LAB:
        return LabLine(day=day, lab=key, name=catalog.labs[code].name if key else None, **figures)
    if by is By.SITE:
        return SiteLine(day=day, site=key, name=catalog.sites[code].name if key else None, **figures)
    if by is By.AREA:
        return AreaLine(day=day, area=key, name=catalog.areas.get(code), **figures)
    return DayLine(day=day, **figures)
