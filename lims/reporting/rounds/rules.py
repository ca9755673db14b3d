"""How far a round of screening has come. Pure.

What is expected of a place is what somebody said of it; of a place of which nobody said anything it is known only where what was said of
places in it covers every site that took part. It is never guessed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from lims.catalog.rules import Catalog

# A round may go on after midnight and be finished later in the week; what was sampled longer ago belongs to another one.
LONGEST = timedelta(days=7)


class Place(StrEnum):
    """Of what people are expected."""

    AREA = "area"
    SITE = "site"


@dataclass(frozen=True)
class Sampled:
    """People in sealed tubes of a round, by local day and site; the round is empty where the tubes name none."""

    day: date
    round: str
    site: str
    tubes: int
    people: int


@dataclass(frozen=True)
class Expected:
    """How many people a round is for in an area (with the areas in it) or at a site, by the newest version of who said so."""

    round: str
    kind: str
    place: str
    version: int
    first_day: date
    people: int
    source: str
    declared_by: str | None
    declared_at: datetime | None


@dataclass(frozen=True)
class Coverage:
    """A round, in one place or (kind and place are None) in all that was asked about: people of the day, people until its end."""

    round: str
    kind: str | None
    place: str | None
    people_of_day: int
    people: int
    expected: int | None
    source: str | None

    @property
    def share(self) -> float | None:
        """Sampled people of expected ones; more than 1 where more came. None where nobody has said how many there are."""
        return round(self.people / self.expected, 4) if self.expected else None


def covered(
    catalog: Catalog, day: date, sampled: Iterable[Sampled], expected: Iterable[Expected], within: Collection[str] | None
) -> list[Coverage]:
    """The rounds that somebody was sampled for on a day, or that begin on it: each as a whole, then each place somebody spoke of.

    The largest comes first, and last what was sampled for none that is named.

    `sampled` are those of the sites `within` (None: all sites), of days up to this one.
    """
    said: dict[str, list[Expected]] = defaultdict(list)
    for one in expected:
        if within is None or sites_of(catalog, one) <= {*within}:
            said[one.round].append(one)
    came: dict[str, list[Sampled]] = defaultdict(list)
    for row in sampled:
        came[row.round].append(row)
    shown = {row.round for rows in came.values() for row in rows if row.day == day}
    shown |= {name for name, ones in said.items() if any(one.first_day == day for one in ones)}
    lines = [line for name in shown for line in lines_of(catalog, day, name, came.get(name, []), said.get(name, []))]
    size = {name: sum(row.people for row in came.get(name, [])) for name in shown}
    return sorted(lines, key=lambda line: (not line.round, -size[line.round], line.round, line.kind or "", line.place or ""))


def lines_of(catalog: Catalog, day: date, name: str, came: Sequence[Sampled], said: Sequence[Expected]) -> list[Coverage]:
    """One round."""
    whole = Coverage(name, None, None, people_at(came, None, day), people_at(came, None), expected_of_all(catalog, came, said), None)
    parts = [
        Coverage(name, one.kind, one.place, people_at(came, sites, day), people_at(came, sites), one.people, one.source)
        for one in said
        for sites in [sites_of(catalog, one)]
    ]
    return [whole, *parts]


def people_at(came: Iterable[Sampled], sites: Collection[str] | None, day: date | None = None) -> int:
    """People sampled at some sites, or at all; on a day, or until now."""
    return sum(row.people for row in came if (sites is None or row.site in sites) and day in (None, row.day))


def expected_of_all(catalog: Catalog, came: Iterable[Sampled], said: Sequence[Expected]) -> int | None:
    """What is expected in all places together; None where a site took part that nobody has spoken of.

    What was said of an area counts for everything in it: a part of it that somebody spoke of, too, is not counted again.
    """
    sites = {one: sites_of(catalog, one) for one in said}
    if not said or {row.site for row in came} - frozenset().union(*sites.values()):
        return None
    return sum(one.people for one in said if not any(lies_in(catalog, one, other) for other in said if other is not one))


def lies_in(catalog: Catalog, one: Expected, other: Expected) -> bool:
    """Whether a place is part of another one."""
    if other.kind != Place.AREA:
        return False
    area = one.place if one.kind == Place.AREA else catalog.sites[one.place].area if one.place in catalog.sites else None
    return area is not None and catalog.lies_in(area, other.place)


def sites_of(catalog: Catalog, one: Expected) -> frozenset[str]:
    """The sites of which something was said."""
    if one.kind == Place.SITE:
        return frozenset({one.place})
    return frozenset(code for code, site in catalog.sites.items() if catalog.lies_in(site.area, one.place))


def newest(rows: Iterable[Expected]) -> list[Expected]:
    """Of every round and place what was said last."""
    last: Mapping[tuple[str, str, str], Expected] = {
        (row.round, row.kind, row.place): row for row in sorted(rows, key=lambda row: row.version)
    }
    return [*last.values()]
