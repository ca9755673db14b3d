"""A Levey-Jennings chart as places to be drawn. Pure: numbers in, numbers out, in the units of a picture of WIDTH × HEIGHT."""

from dataclasses import dataclass

from lims.testing.qc.control_charts import Trend
from lims.testing.qc.trends import FAR, Judged

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 12, 104, 14, 22
ALONE = 1.0  # cycles above and below, where nothing is usual yet


@dataclass(frozen=True)
class Dot:
    """A measurement at its place; `off` where it lies beyond the picture, or has no Ct, and is drawn at the rim."""

    x: float
    y: float
    off: bool
    shown: Judged


@dataclass(frozen=True)
class Line:
    """A line at a whole number of standard deviations from the mean, and the Ct there."""

    sds: int
    y: float
    ct: float


@dataclass(frozen=True)
class Chart:
    """One target's chart: a later Ct stands higher."""

    lines: tuple[Line, ...]
    dots: tuple[Dot, ...]
    path: str


def chart(trend: Trend) -> Chart:
    """The chart of one target; it reaches a little beyond three standard deviations, what lies further off is put at its rim."""
    cts = [one.measurement.ct for one in trend.measured if one.measurement.ct is not None]
    if trend.usual is not None:
        low, high = (trend.usual.mean + side * (FAR + 1) * trend.usual.sd for side in (-1, 1))
    else:
        low, high = min(cts, default=0.0) - ALONE, max(cts, default=0.0) + ALONE
    step = (WIDTH - LEFT - RIGHT) / max(len(trend.measured) - 1, 1)

    def y(ct: float) -> float:
        return round(HEIGHT - BOTTOM - (min(max(ct, low), high) - low) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    dots = tuple(
        Dot(
            round(LEFT + number * step, 1),
            y(high if one.measurement.ct is None else one.measurement.ct),
            one.measurement.ct is None or not low <= one.measurement.ct <= high,
            one,
        )
        for number, one in enumerate(trend.measured)
    )
    usual = trend.usual
    lines = [Line(sds, y(usual.mean + sds * usual.sd), usual.mean + sds * usual.sd) for sds in range(-FAR, FAR + 1)] if usual else []
    path = " ".join(f"{dot.x:g},{dot.y:g}" for dot in dots if dot.shown.measurement.ct is not None)
    return Chart(tuple(lines), dots, path)
