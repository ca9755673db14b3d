"""From the readings of a well to a call. Pure; the rule is the contract's section 4, the numbers are the assay version's."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lims.catalog.rules import Assay, Target
from lims.custody.rules import Call


class Seen(StrEnum):
    """What one target shows."""

    DETECTED = "detected"
    GREY = "grey"
    NOT_DETECTED = "not_detected"


@dataclass(frozen=True)
class CallVerdict:
    """A call with its reasons."""

    call: Call
    reasons: tuple[str, ...] = ()


def seen(ct: float | None, target: Target) -> Seen:
    """What a Ct (cycles; None is no amplification) says of a target: detected at ≤ cutoff, grey up to grey_to."""
    if ct is None or ct <= 0 or ct > target.grey_to:
        return Seen.NOT_DETECTED
    return Seen.DETECTED if ct <= target.cutoff else Seen.GREY


def call(cts: Mapping[str, float | None], assay: Assay) -> CallVerdict:
    """The call of one well: all detected is positive, none is negative (invalid without internal control), the rest is inconclusive."""
    shown = [seen(cts[target.name], target) for target in assay.targets]
    if all(one is Seen.DETECTED for one in shown):
        return CallVerdict(Call.POSITIVE)
    if all(one is Seen.NOT_DETECTED for one in shown):
        control = cts[assay.internal_control.name]
        present = control is not None and 0 < control <= assay.internal_control.cutoff
        return CallVerdict(Call.NEGATIVE) if present else CallVerdict(Call.INVALID, ("internal_control_missing",))
    reasons = []
    if shown.count(Seen.DETECTED) == 1:
        reasons.append("single_target")
    if Seen.GREY in shown:
        reasons.append("grey_zone")
    # Of three or more targets several may be detected and not all: no reason of the two, but no result without a reason either.
    return CallVerdict(Call.INCONCLUSIVE, tuple(reasons) or ("not_all_targets",))
