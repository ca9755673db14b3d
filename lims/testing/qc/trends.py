"""The weak positive over time: where it usually is, and when it drifts or jumps. Pure.

A Levey-Jennings chart with the multi-rules of Westgard, Barry, Hunt and Groth (Clin. Chem. 27, 1981, 493-501; cited from memory).
They warn; whether a plate counts is decided by the contract's control rules alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean, stdev
from uuid import UUID

REFERENCE = 20  # measurements from which mean and standard deviation are taken, as control charts usually ask for
WARN, FAR = 2, 3  # standard deviations
LEAST_SD = 0.1  # cycles: a spread below what an instrument resolves would make a warning of everything


@dataclass(frozen=True)
class Measurement:
    """The Ct (cycles; None is no amplification) of one target in one weak positive."""

    run: UUID
    plate: str
    well: str
    at: datetime
    ct: float | None
    controls_passed: bool = True


@dataclass(frozen=True)
class Reference:
    """Where a target usually is, in cycles: mean and standard deviation of the first measurements of its lot."""

    mean: float
    sd: float
    measurements: int

    def z(self, ct: float) -> float:
        """How many standard deviations from the mean."""
        return (ct - self.mean) / self.sd


@dataclass(frozen=True)
class Judged:
    """A measurement, how far off it is (None without a Ct), and the rules that it breaks."""

    measurement: Measurement
    z: float | None
    broken: tuple[str, ...]


def reference(first: Sequence[Measurement]) -> Reference | None:
    """From the first measurements of a lot, in order: those in control with a Ct, REFERENCE of them; None as long as there are fewer."""
    cts = [one.ct for one in first if one.ct is not None and one.controls_passed][:REFERENCE]
    return Reference(fmean(cts), max(stdev(cts), LEAST_SD), len(cts)) if len(cts) == REFERENCE else None


def beyond(z: Sequence[float], count: int, limit: float) -> bool:
    """Whether the last `count` all lie further off than `limit`, on the same side."""
    last = z[-count:]
    return len(last) == count and (all(one > limit for one in last) or all(one < -limit for one in last))


# The last of a series is judged; the name says the rule: how many, how far.
WESTGARD: tuple[tuple[str, Callable[[Sequence[float]], bool]], ...] = (
    ("1_2s", lambda z: abs(z[-1]) > WARN),
    ("1_3s", lambda z: abs(z[-1]) > FAR),
    ("2_2s", lambda z: beyond(z, 2, WARN)),
    # Westgard compares two controls of one run. Here a plate has one weak positive, so it is compared with the one before.
    ("R_4s", lambda z: len(z) > 1 and min(abs(one) for one in z[-2:]) > WARN and z[-1] * z[-2] < 0),
    ("4_1s", lambda z: beyond(z, 4, 1)),
    ("10_x", lambda z: beyond(z, 10, 0)),
)


def judged(measurements: Sequence[Measurement], usual: Reference | None) -> list[Judged]:
    """Each measurement, in order, with the rules it breaks looking back; one without a Ct breaks a rule of its own, and no other."""
    seen: list[float] = []
    told = []
    for one in measurements:
        if one.ct is None:
            told.append(Judged(one, None, ("not_detected",)))
        elif usual is None:
            told.append(Judged(one, None, ()))
        else:
            seen.append(usual.z(one.ct))
            told.append(Judged(one, seen[-1], tuple(name for name, rule in WESTGARD if rule(seen))))
    return told
