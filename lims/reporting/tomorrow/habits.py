"""How it was in the last days, put together from what is counted of each day (and kept, once it is over). Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import add
from typing import Any

from lims.reporting.tomorrow.arrivals import USUAL_MINUTES_FROM_LEAVING, Way
from lims.reporting.tomorrow.outlook import Pools

HOURS = 24
# What is counted of a day, as JSON has it: collected, by site, 24 numbers; ways, lists of a site, a lab, tubes and the medians of
# the minutes from sealing and from leaving; pools, how many were released, how many of them not negative, how many people in them.
DayHabits = dict[str, Any]
NOTHING: Mapping[str, Any] = {"collected": {}, "ways": [], "pools": [0, 0, 0]}


@dataclass(frozen=True)
class Habits:
    """What sites collected in each hour (`hours`, of all days together; `days`, of all sites), where it went, what came of the pools."""

    hours: Mapping[str, Sequence[int]]
    days: Sequence[int]
    ways: Mapping[str, Mapping[str, Way]]
    pools: Pools


def by_day(collected: Iterable[Any], ways: Iterable[Any], pools: Iterable[Any]) -> dict[date, DayHabits]:
    """Rows of the three questions as they are kept, by their days."""
    found: dict[date, DayHabits] = defaultdict(lambda: {"collected": {}, "ways": [], "pools": [0, 0, 0]})
    for row in collected:
        found[row.day]["collected"].setdefault(row.site, [0] * HOURS)[row.hour] = row.tubes
    for row in ways:
        found[row.day]["ways"].append([row.site, row.lab, row.tubes, row.minutes_from_sealing, row.minutes_from_leaving])
    for row in pools:
        found[row.day]["pools"] = [row.seen, row.positive, row.people]
    return found


def habits_of(collected: Iterable[Mapping[str, Sequence[int]]], ways: Iterable[Sequence[Any]], pools: Iterable[Sequence[int]]) -> Habits:
    """Some days together; the way of a day weighs as many tubes as took it."""
    hours: dict[str, list[int]] = {}
    days = []
    for of_day in collected:
        days.append(sum(map(sum, of_day.values())))
        for site, tubes in of_day.items():
            hours[site] = [*map(add, hours[site], tubes)] if site in hours else [*tubes]
    return Habits(hours, days, ways_of(ways), Pools(*map(sum, zip([0, 0, 0], *pools, strict=True))))


def ways_of(days: Iterable[Sequence[Any]]) -> dict[str, dict[str, Way]]:
    """The ways of some days by site and lab."""
    taken: dict[tuple[str, str], list[Sequence[Any]]] = defaultdict(list)
    for of_day in days:
        for site, lab, *way in of_day:
            taken[site, lab].append(way)
    found: dict[str, dict[str, Way]] = defaultdict(dict)
    for (site, lab), ways in taken.items():
        left = [(tubes, leaving) for tubes, _, leaving in ways if leaving is not None]
        from_sealing = mean([(tubes, sealing) for tubes, sealing, _ in ways])
        from_leaving = max(0.0, mean(left)) if left else USUAL_MINUTES_FROM_LEAVING
        found[site][lab] = Way(sum(tubes for tubes, _, _ in ways), from_sealing, from_leaving)
    return dict(found)


def mean(weighed: Sequence[tuple[int, float]]) -> float:
    """The mean of values, each by its weight."""
    return sum(weight * value for weight, value in weighed) / sum(weight for weight, _ in weighed)
