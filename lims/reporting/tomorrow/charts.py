"""Where the lines of a chart run. Pure: a template draws them. Widths are minutes from now, heights tubes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from lims.catalog.capacity import Spell
from lims.reporting.tomorrow.rules import Range

AIR = 1.08
TICK_HOURS = (0, 6, 12, 18)


@dataclass(frozen=True)
class Bar:
    """What comes in an hour: where it stands, how wide it is, and its range."""

    x: float
    width: float
    tubes: Range
    capacity: float


@dataclass(frozen=True)
class Chart:
    """`bars` of what comes an hour, and the queue as a `band` with a `line` in it (points of an SVG); `ticks` in percent of the width."""

    width: float
    bar_top: float
    bars: Sequence[Bar]
    queue_top: float
    band: str
    line: str
    ticks: Sequence[tuple[float, str]]


def chart_of(
    spells: Sequence[Spell], waiting: float, arrivals: Sequence[Range], queue: Sequence[Range], capacity: Sequence[float], zone: str
) -> Chart:
    """The chart of some slots. The first slot is what is left of an hour, and narrower than the others."""
    first, until = spells[0][0], spells[-1][1]
    width = (until - first) / timedelta(minutes=1)
    places = [((begin - first) / timedelta(minutes=1), (end - first) / timedelta(minutes=1)) for begin, end in spells]
    bars = [Bar(a, b - a, tubes, most) for (a, b), tubes, most in zip(places, arrivals, capacity, strict=True)]
    queue_top = max([each.high for each in queue] + [waiting, 1.0]) * AIR
    ends = [0.0, *(end for _, end in places)]
    ranges = [Range(waiting, waiting, waiting), *queue]
    upper = [f"{x:.1f},{queue_top - each.high:.2f}" for x, each in zip(ends, ranges, strict=True)]
    lower = [f"{x:.1f},{queue_top - each.low:.2f}" for x, each in zip(ends, ranges, strict=True)]
    line = [f"{x:.1f},{queue_top - each.expected:.2f}" for x, each in zip(ends, ranges, strict=True)]
    bar_top = max([max(bar.tubes.high, bar.capacity) for bar in bars] + [1.0]) * AIR
    band = " ".join(upper + lower[::-1])
    return Chart(width, bar_top, bars, queue_top, band, " ".join(line), ticks_of(first, until, zone))


def ticks_of(first: datetime, until: datetime, zone: str) -> list[tuple[float, str]]:
    """The hours that are written below, with room for the words at both ends."""
    place, found = ZoneInfo(zone), []
    day = first.astimezone(place).date()
    for number in range(3):
        for hour in TICK_HOURS:
            at = datetime.combine(day + timedelta(days=number), time(hour), place)
            share = (at - first) / (until - first)
            if 0.1 <= share <= 0.9:  # noqa: PLR2004 - the words of the ends stand there
                found.append((round(share * 100, 2), f"{at:%H:%M}"))
    return found
