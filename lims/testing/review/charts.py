"""Amplification curves as lines to be drawn. Pure: numbers in, numbers out, in the units of a picture of WIDTH × HEIGHT."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lims.testing.instruments.rules import Curve

WIDTH, HEIGHT = 320, 210
LEFT, RIGHT, TOP, BOTTOM = 6, 32, 10, 26
EVERY_TICK = 10  # cycles


@dataclass(frozen=True)
class Trace:
    """One well's curve. `steps` are the points of a polyline; `rises` tells whether it ends above the threshold (or has a Ct)."""

    well: str
    tone: str
    control: bool
    rises: bool
    steps: str
    end: float


@dataclass(frozen=True)
class Chart:
    """The curves of one target; `threshold` and the ticks are places, the ticks with their cycle."""

    target: str
    wells: int
    risen: int
    cycles: int
    threshold: float | None
    ticks: tuple[tuple[int, float], ...]
    traces: tuple[Trace, ...]


def charts(
    curves: Sequence[Curve], targets: Sequence[str], tones: Mapping[str, str], controls: Sequence[str], seen: Mapping[tuple[str, str], bool]
) -> list[Chart]:
    """One chart for each target that has curves. `seen`: whether a well's target has a Ct."""
    found = ((target, [curve for curve in curves if curve.target == target and len(curve.values) > 1]) for target in targets)
    return [chart(target, some, tones, controls, seen) for target, some in found if some]


def chart(
    target: str, curves: Sequence[Curve], tones: Mapping[str, str], controls: Sequence[str], seen: Mapping[tuple[str, str], bool]
) -> Chart:
    """The chart of one target; its scale holds every value of it."""
    limits = {curve.threshold for curve in curves}
    limit = limits.pop() if len(limits) == 1 else None
    values = [value for curve in curves for value in curve.values] + ([limit] if limit is not None else [])
    low, high = min(0.0, *values), max(values)
    cycles = max(len(curve.values) for curve in curves)
    across, up = (WIDTH - LEFT - RIGHT) / (cycles - 1), (HEIGHT - TOP - BOTTOM) / ((high - low) or 1)

    def x(cycle: int) -> float:
        return round(LEFT + (cycle - 1) * across, 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (value - low) * up, 1)

    traces = [
        Trace(
            curve.well,
            tones.get(curve.well, ""),
            curve.well in controls,
            seen.get((curve.well, target), False),
            " ".join(f"{x(cycle):g},{y(value):g}" for cycle, value in enumerate(curve.values, 1)),
            y(curve.values[-1]),
        )
        for curve in curves
    ]
    ticks = tuple((cycle, x(cycle)) for cycle in range(EVERY_TICK, cycles + 1, EVERY_TICK))
    risen = sum(trace.rises for trace in traces)
    flat_first = sorted(traces, key=lambda trace: trace.rises)  # what matters is drawn on top
    return Chart(target, len(traces), risen, cycles, None if limit is None else y(limit), ticks, tuple(flat_first))
