"""Counting a day in every way in which it is kept: its tubes are read once, and everything is counted from what was read."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import ceil, floor
from typing import Any

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.deconvolution.board import Case
from lims.reporting import queries
from lims.reporting.cases import stays_of
from lims.reporting.keeping.cuts import BY_HOUR, Cut, Place, narrowed, outers_of, spots
from lims.reporting.keeping.rules import KeptRow, row_of
from lims.reporting.lines import Cell, Declared, Facts, Stay, lines_of
from lims.reporting.rules import BETWEEN, By, Question

SHARES = (0.5, 0.9, 0.99)
STANDINGS = ("backlog", "in_transit", "cases", "verifying")


@dataclass
class Pile:
    """What is gathered for the lines of one owner."""

    flows: dict[Cell, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    minutes: dict[Cell, list[Sequence[float]]] = field(default_factory=lambda: defaultdict(list))
    stays: dict[str, list[Stay]] = field(default_factory=lambda: {name: [] for name in STANDINGS})

    def facts(self, declared: Sequence[Declared]) -> Facts:
        """What its lines are made of."""
        turnaround = {cell: percentiles(parts) for cell, parts in self.minutes.items()}
        return Facts(flows=self.flows, turnaround=turnaround, declared=declared, **self.stays)


def percentiles(parts: Iterable[Sequence[float]]) -> list[float]:
    """Percentiles as PostgreSQL's `percentile_cont` has them: between the two nearest values, in proportion."""
    values = sorted(minutes for part in parts for minutes in part)

    def at(share: float) -> float:
        place = share * (len(values) - 1)
        low, high = values[floor(place)], values[ceil(place)]
        return low + (place - floor(place)) * (high - low)

    return [at(share) for share in SHARES]


@dataclass(frozen=True)
class Base:
    """A day by the finest places that are put together: by site and lab for days, by area and lab for hours."""

    flows: Mapping[Cell, Mapping[str, int]]
    minutes: Mapping[Cell, Sequence[float]]
    stays: Mapping[str, Sequence[Stay]]
    place_of: Callable[[str | None], Place]

    def piles(self, cut: Cut, outers: Mapping[str, Sequence[str]]) -> dict[str, Pile]:
        """What belongs to the lines of a cut, by whose they are."""
        found: dict[str, Pile] = defaultdict(Pile)
        where: dict[str | None, list[tuple[str, str | None]]] = {}

        def spots_of(key: str | None) -> list[tuple[str, str | None]]:
            if key not in where:
                where[key] = [*spots(cut, self.place_of(key), outers)]
            return where[key]

        for (slot, place), counts in self.flows.items():
            for owner, key in spots_of(place):
                found[owner].flows[slot, key].update(counts)
        for (slot, place), minutes in self.minutes.items():
            for owner, key in spots_of(place):
                found[owner].minutes[slot, key].append(minutes)
        for name, stays in self.stays.items():
            for stay in stays:
                for owner, key in spots_of(stay.key):
                    found[owner].stays[name].append(replace(stay, key=key))
        return found


class Counting:
    """A day in every cut."""

    def __init__(self, connection: Connection, catalog: Catalog, question: Question, zones: set[str], cases: Sequence[Case]) -> None:
        """Read everything about the day of the question that lines are made of; its tubes were gathered."""
        self.catalog, self.question, self.zones = catalog, question, zones
        self.outers = outers_of(catalog)
        self.declared = queries.capacities(connection, question.last)
        stages = self.passed(connection)
        self.by_day = self.base(connection, cases, "site lab", By.DAY, stages[By.DAY])
        self.by_hour = self.base(connection, cases, "area lab", By.HOUR, stages[By.HOUR])

    def passed(self, connection: Connection) -> dict[By, dict[Cell, Counter[str]]]:
        """What passed each stage, by day, site and lab, and by hour, area and lab: counted once, by hour, site and lab."""
        values = queries.parameters(self.question, self.zones) | {"by": "site lab", "step": "hour", "source": "once"}
        found: dict[By, dict[Cell, Counter[str]]] = {By.DAY: defaultdict(Counter), By.HOUR: defaultdict(Counter)}
        for (hour, key), counts in queries.flows(connection, values, ("stages",)).items():
            place = self.site_and_lab(key)
            found[By.DAY][hour.replace(hour=0), key].update(counts)
            found[By.HOUR][hour, f"{place.area or ''}{BETWEEN}{place.lab or ''}"].update(counts)
        return found

    def base(self, connection: Connection, cases: Sequence[Case], by: str, step: By, stages: dict[Cell, Counter[str]]) -> Base:
        """The day by pairs of places."""
        question, is_site = replace(self.question, by=step), step is By.DAY
        live = queries.parameters(question, self.zones) | {"by": by}
        once = live | {"source": "once"}
        # What is sent back, people and their cases reach further than the tubes of a day, and are few.
        for cell, counts in queries.flows(connection, live, ("repeats", "positives")).items():
            stages[cell].update(counts)
        return Base(
            flows=stages,
            minutes={(row.slot, row.key): row.minutes for row in queries.asked(connection, "minutes", once)},
            stays={
                "backlog": queries.stays(connection, "backlog", once),
                "in_transit": queries.stays(connection, "in_transit", once),
                "verifying": queries.stays(connection, "verifying", live),
                "cases": [*self.stays_of_cases(cases, question, is_site=is_site)],
            },
            place_of=self.site_and_lab if is_site else area_and_lab,
        )

    def stays_of_cases(self, cases: Sequence[Case], question: Question, *, is_site: bool) -> Iterator[Stay]:
        """The cases where their pools belong."""
        for case in cases:
            site, lab = self.catalog.sites.get(case.row.site or ""), self.catalog.labs.get(case.row.lab)
            place = (site.code if is_site else site.area) if site else ""
            for stay in stays_of([case], self.catalog, question):
                yield replace(stay, key=f"{place}{BETWEEN}{lab.code if lab else ''}")

    def site_and_lab(self, key: str | None) -> Place:
        """A place by its site and lab."""
        site, _, lab = (key or "").partition(BETWEEN)
        return Place(self.catalog.sites[site].area if site else None, site or None, lab or None)

    def rows(self, now: datetime) -> Iterator[KeptRow]:
        """The lines of every cut that are not nothing."""
        for cut in Cut:
            base = self.by_hour if cut in BY_HOUR else self.by_day
            for owner, pile in base.piles(cut, self.outers).items():
                question = narrowed(self.question, cut, owner, self.catalog)
                for line in lines_of(question, self.catalog, pile.facts(self.declared), now):
                    row = row_of(cut, owner, line)
                    if row.figures:
                        yield row

    def hours(self) -> dict[str, list[dict[str, Any]]]:
        """What passed each stage in each hour: of everything (empty), of each lab, and of each area with what lies in it."""
        found: dict[str, list[dict[str, Any]]] = {}
        for cut in BY_HOUR:
            for owner, pile in self.by_hour.piles(cut, self.outers).items():
                place = f"{BETWEEN}{owner}" if cut is Cut.OUTER_HOUR else owner
                cells = sorted(pile.flows.items(), key=first)
                found[place] = [{"slot": slot.isoformat()} | passed(counts) for (slot, _), counts in cells if passed(counts)]
        return found


def first(cell: tuple[Cell, Any]) -> datetime:
    """By slot."""
    return cell[0][0]


def passed(counts: Mapping[str, int]) -> dict[str, int]:
    """What passed the stages of a tube, without what else happened."""
    return {name: count for name, count in counts.items() if name not in ("returned_tubes", "people_positive")}


def area_and_lab(key: str | None) -> Place:
    """A place by its area and lab."""
    area, _, lab = (key or "").partition(BETWEEN)
    return Place(area or None, None, lab or None)
