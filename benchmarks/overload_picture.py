"""The course of an overload as a picture: what was asked and what became of it above, how long people waited below."""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

from lims.simulate.measure import percentile

WIDTH, LEFT, RIGHT = 900, 64, 150
PANEL, GAP, TOP = 190, 56, 64
INK, QUIET, ACCEPTED, REFUSED, WAITED = "#1d2733", "#5b6775", "#0b7285", "#c2410c", "#5f3dc4"
Series = list[tuple[float, float]]


def picture(
    answers: Iterable[Any], safe: Iterable[tuple[float, float]], rates: Sequence[float], seconds: Sequence[float], recovery: float | None
) -> str:
    """SVG: two panels over the same seconds; the lines are labelled where they end."""
    heard, waits = list(answers), list(safe)
    end = max([sum(seconds), *(one.at + one.took for one in heard)])
    across = scale(0, end, LEFT, WIDTH - RIGHT)
    accepted = counted([one.at + one.took for one in heard if one.what == "sync" and one.status == "202"], end)
    refused = counted([one.at + one.took for one in heard if one.what == "sync" and one.status in {"503", "429"}], end)
    p50, p95 = (quantiles(waits, share, end) for share in (0.5, 0.95))
    asked = quantiles([(one.at, one.took) for one in heard if one.what == "look-up"], 0.95, end)
    most = max(value for _, value in [*accepted, *refused, (0, max(rates))])
    slowest = max([1.0, *(value for _, value in [*p95, *asked])])
    upper, lower = scale(0, most * 1.1, TOP + PANEL, TOP), scale(0, slowest * 1.1, TOP + 2 * PANEL + GAP, TOP + PANEL + GAP)
    finding = (
        f"{max(rates) / min(rates):g} times the load: normal again {recovery:.0f} s after it"
        if recovery is not None
        else "Not normal again"
    )
    parts = [
        words(LEFT, 26, finding, size=20, weight="600"),
        words(LEFT, TOP - 12, "Syncs a second", colour=QUIET),
        axis(upper, across, most, TOP + PANEL),
        stage_lines(seconds, across),
        line(accepted, across, upper, ACCEPTED, "accepted"),
        line(refused, across, upper, REFUSED, "told to come again", dashed=True),
        words(LEFT, TOP + PANEL + GAP - 12, "Seconds until a tube is safe, or a result is seen", colour=QUIET),
        axis(lower, across, slowest, TOP + 2 * PANEL + GAP),
        line(p95, across, lower, WAITED, "tubes, p95"),
        line(p50, across, lower, ACCEPTED, "tubes, p50"),
        line(asked, across, lower, QUIET, "look-ups, p95", dashed=True),
        ticks(end, across, TOP + 2 * PANEL + GAP),
    ]
    height = TOP + 2 * PANEL + GAP + 44
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="system-ui, sans-serif" font-size="13" '
        f'fill="{INK}"><title>{escape(finding)}</title><rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def scale(low: float, high: float, start: float, stop: float) -> Callable[[float], float]:
    """From values to places."""
    return lambda value: round(start + (value - low) / ((high - low) or 1) * (stop - start), 1)


def counted(times: Sequence[float], end: float) -> Series:
    """How many a second."""
    found = [0] * (int(end) + 1)
    for at in times:
        found[int(at)] += 1
    return [(second + 0.5, float(value)) for second, value in enumerate(found)]


def quantiles(waits: Sequence[tuple[float, float]], share: float, end: float) -> Series:
    """How long this share waited at most, by the second in which it began to."""
    found: list[list[float]] = [[] for _ in range(int(end) + 1)]
    for at, took in waits:
        found[int(at)].append(took)
    return [(second + 0.5, percentile(sorted(took), share)) for second, took in enumerate(found) if took]


def words(x: float, y: float, said: str, *, colour: str = INK, size: int = 13, weight: str = "400", anchor: str = "start") -> str:
    """Some words."""
    return f'<text x="{x}" y="{y}" fill="{colour}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}">{escape(said)}</text>'


def line(
    values: Series, across: Callable[[float], float], up: Callable[[float], float], colour: str, name: str, *, dashed: bool = False
) -> str:
    """A line, and its name at its highest place, where lines are apart."""
    if not values:
        return ""
    points = " ".join(f"{across(at)},{up(value)}" for at, value in values)
    dash = ' stroke-dasharray="5 3"' if dashed else ""
    at, value = max(values, key=lambda one: one[1])
    label = words(WIDTH - RIGHT + 8, max(up(value), 12) + (12 if dashed else 0), name, colour=colour)
    return f'<polyline fill="none" stroke="{colour}" stroke-width="2"{dash} points="{points}"/>{label}<!-- highest at {at:g} s -->'


def axis(up: Callable[[float], float], across: Callable[[float], float], most: float, bottom: float) -> str:
    """The values beside the panel, and the line below it."""
    step = next(step for step in (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10000) if most / step <= 5)
    marks = [words(LEFT - 8, up(k * step) + 4, f"{k * step:g}", colour=QUIET, anchor="end") for k in range(int(most / step) + 1)]
    return f'<path d="M{across(0)} {bottom}H{WIDTH - RIGHT}" stroke="{QUIET}"/>' + "".join(marks)


def stage_lines(seconds: Sequence[float], across: Callable[[float], float]) -> str:
    """Where the peak begins and ends."""
    bottom = TOP + 2 * PANEL + GAP
    edges = [(seconds[0], "peak"), (seconds[0] + seconds[1], "as before")]
    return "".join(
        f'<path d="M{across(at)} {TOP}V{bottom}" stroke="{QUIET}" stroke-dasharray="2 4"/>'
        + words(across(at) + 4, TOP + 12, name, colour=QUIET)
        for at, name in edges
    )


def ticks(end: float, across: Callable[[float], float], bottom: float) -> str:
    """Seconds."""
    step = next(step for step in (10, 30, 60, 120, 300, 600, 3600) if end / step <= 12)
    marks = [words(across(k * step), bottom + 18, f"{k * step}", colour=QUIET, anchor="middle") for k in range(int(end / step) + 1)]
    return "".join(marks) + words(WIDTH - RIGHT, bottom + 36, "seconds", colour=QUIET, anchor="end")
