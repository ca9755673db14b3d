"""Whether pooling still finds whom it should, lab by lab: which days are compared, and what comes of it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from lims.reporting.pooling_math.monitoring import LONGEST, Day, Watch, rate_of, watch

# How far back it is looked for single tests from before the first pool.
BEFORE = 30


@dataclass(frozen=True)
class Spell:
    """Days of a lab, both ends included; `alone`: single tubes that no pool asked for, else people from pooled testing."""

    lab: str
    alone: bool
    first: date
    last: date


@dataclass(frozen=True)
class LabWatch:
    """A lab, the day of its first pool, the moving rate with its findings, and what it is held against (None: there is no such history)."""

    lab: str
    begun: date
    watch: Watch
    single_rate: float | None
    first_rate: float | None


def spells_of(begun: Mapping[str, date], day: date) -> list[Spell]:
    """The last ten days until `day`; the first ten of pooling, once they are over before the last ten; and single tests before it."""
    window, reach = day - timedelta(days=LONGEST - 1), timedelta(days=LONGEST - 1)
    spells = []
    for lab, first in sorted(begun.items()):
        spells.append(Spell(lab, alone=False, first=max(window, first), last=day))
        spells.append(Spell(lab, alone=True, first=first - timedelta(days=BEFORE), last=first - timedelta(days=1)))
        if first + reach < window:
            spells.append(Spell(lab, alone=False, first=first, last=first + reach))
    return spells


def watched(begun: Mapping[str, date], day: date, rows: Iterable[tuple[str, bool, date, Day]]) -> list[LabWatch]:
    """Each lab judged by the days that were read for its spells."""
    found = list(rows)
    window = day - timedelta(days=LONGEST - 1)
    judged = []
    for lab, first in sorted(begun.items()):
        pooled = sorted((when, counts) for which, alone, when, counts in found if which == lab and not alone)
        recent = [counts for when, counts in pooled if when >= window]
        beginning = rate_of([counts for when, counts in pooled if when < window])
        single = rate_of([counts for which, alone, _, counts in found if which == lab and alone])
        judged.append(LabWatch(lab, first, watch(recent, single, beginning), single, beginning))
    return judged
