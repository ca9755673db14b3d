"""What a kept line holds, and what makes it worthless. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from itertools import pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from lims.catalog.rules import Catalog
from lims.reporting.figures import Figures, Line
from lims.reporting.keeping.cuts import BY, Cut, Kept
from lims.reporting.rules import BETWEEN, DAY, By

# Of one processor, counting takes at most a tenth; and days are not counted anew while late tubes are still coming in.
REST = 10
QUIET = timedelta(seconds=30)
# A picture of a running day is only taken where counting it for everybody who looks would keep them waiting. It lasts until the next.
MANY_TUBES = 20_000
PICTURE_LASTS = timedelta(seconds=60)
# Declared, not counted: it may be declared later, and is looked up when the line is read.
DECLARED = ("capacity_tubes", "utilisation")
NOTHING = {field.name: field.default for field in fields(Figures) if field.name not in DECLARED}
# What the trail says of these changes figures of stages that the tube passed before; of all others only those from `at` on.
REACHING_BACK = ("tube.registered", "tube.changed", "tube.replaced", "tube.amended", "case.reopened")


def stored(line: Line) -> dict[str, Any]:
    """The figures of a line that are not nothing."""
    values = asdict(line)
    return {name: values[name] for name, nothing in NOTHING.items() if values[name] != nothing}


class KeptRow(NamedTuple):
    """A line as it is kept: of which cut, under which key, at which hour, and its figures that are not nothing."""

    by: str
    key: str
    hour: int
    figures: Mapping[str, Any]


def row_of(cut: Cut, owner: str, line: Line) -> KeptRow:
    """A line of somebody's cut (empty: everybody's) as it is kept."""
    by = BY[cut]
    of = None if by in (By.DAY, By.HOUR) else getattr(line, by.value)
    return KeptRow(cut, Kept(cut, owner or None).key(of), getattr(line, "hour", 0), stored(line))


def places_digest(catalog: Catalog) -> str:
    """A digest of everything in the catalogue that figures are cut by: which sites and labs there are, where, and their time zones."""
    sites = sorted((site.code, site.area, site.timezone) for site in catalog.sites.values())
    labs = sorted((lab.code, lab.timezone) for lab in catalog.labs.values())
    return hashlib.sha256(json.dumps([sites, labs]).encode()).hexdigest()


@dataclass(frozen=True)
class Difference:
    """A kept line that is not what counting gives: of what, and the two sets of figures."""

    by: str
    key: str
    hour: int
    kept: Mapping[str, Any]
    counted: Mapping[str, Any]

    def __str__(self) -> str:
        """A line of a list."""
        names = [name for name in NOTHING if self.kept.get(name) != self.counted.get(name)]
        hour = f"{self.hour:02}:00" if self.by.endswith(By.HOUR) else ""
        place = " ".join(word for word in (self.by, self.key.replace(BETWEEN, " "), hour) if word)
        return f"{place}: " + ", ".join(f"{name} kept {self.kept.get(name)}, counted {self.counted.get(name)}" for name in names)


def differences(kept: Iterable[Any], counted: Iterable[KeptRow]) -> list[Difference]:
    """Where kept rows are not what was counted."""
    had = {(row.by, row.key, row.hour): row.figures for row in kept}
    have = {(str(row.by), row.key, row.hour): row.figures for row in counted}
    return [
        Difference(*place, had.get(place, {}), have.get(place, {}))
        for place in sorted({*had, *have})
        if had.get(place, {}) != have.get(place, {})
    ]


def holds(day: Any, places: str, untouched_before: date, now: datetime) -> bool:  # noqa: ANN401 - a row of kept_day
    """Whether a kept day may be shown: nothing came after it was counted; of a day that is not over, that it was counted lately."""
    if day.places != places:
        return False
    if day.is_over:
        return bool(day.day < untouched_before)
    return bool(now - day.made_at <= max(PICTURE_LASTS, timedelta(seconds=(REST + 4) * day.seconds)))


def missing(days: Iterable[date], kept: Mapping[date, Any]) -> list[tuple[date, date]]:
    """The days that are not kept, from the first to the last; in two parts where kept days lie between, cut where most of them do."""
    absent = sorted(day for day in days if day not in kept)
    steps = [(after - before, after) for before, after in pairwise(absent)]
    widest, after = max(steps, key=itemgetter(0), default=(DAY, date.max))
    if not absent or widest == DAY:
        return [(absent[0], absent[-1])] if absent else []
    return [(absent[0], after - widest), (after, absent[-1])]
