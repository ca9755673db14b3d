"""A Levey-Jennings chart as places to be drawn. Pure: numbers in, numbers out, in the units of a picture's frame."""

from dataclasses import dataclass

from lims.testing.qc.control_charts import Trend
from lims.testing.qc.trends import FAR, Judged

ALONE = 1.0  # cycles above and below, where nothing is usual yet


@dataclass(frozen=True)
class Frame:
    """How large a picture is, what is left free around its dots, and how many of the newest measurements have room in it."""

    width: int
    right: int
    shown: int | None = None
    height: int = 240
    left: int = 12
    top: int = 14
    bottom: int = 22


WIDE = Frame(720, 104)
# A phone's width, so that nothing has to be moved aside to see the newest; all of them stand in the table below.
NARROW = Frame(320, 92, shown=20)


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

    frame: Frame
    lines: tuple[Line, ...]
    dots: tuple[Dot, ...]
    path: str


def chart(trend: Trend, frame: Frame = WIDE) -> Chart:
    """The chart of one target; it reaches a little beyond three standard deviations, what lies further off is put at its rim."""
    measured = trend.measured[-(frame.shown or len(trend.measured)) :]
    cts = [one.measurement.ct for one in measured if one.measurement.ct is not None]
    if trend.usual is not None:
        low, high = (trend.usual.mean + side * (FAR + 1) * trend.usual.sd for side in (-1, 1))
    else:
        low, high = min(cts, default=0.0) - ALONE, max(cts, default=0.0) + ALONE
    step = (frame.width - frame.left - frame.right) / max(len(measured) - 1, 1)

    def y(ct: float) -> float:
        room = frame.height - frame.top - frame.bottom
        return round(frame.height - frame.bottom - (min(max(ct, low), high) - low) / (high - low) * room, 1)

    dots = tuple(
        Dot(
            round(frame.left + number * step, 1),
            y(high if one.measurement.ct is None else one.measurement.ct),
            one.measurement.ct is None or not low <= one.measurement.ct <= high,
            one,
        )
        for number, one in enumerate(measured)
    )
    usual = trend.usual
    lines = [Line(sds, y(usual.mean + sds * usual.sd), usual.mean + sds * usual.sd) for sds in range(-FAR, FAR + 1)] if usual else []
    path = " ".join(f"{dot.x:g},{dot.y:g}" for dot in dots if dot.shown.measurement.ct is not None)
    return Chart(frame, tuple(lines), dots, path)
