"""Whether the controls of a plate are in control. Pure.

In control: every weak positive comes out positive, and no negative or blank has a target at Ct ≤ grey_to (handbook v2, as
quoted in the domain notes 2.8; the contract's section 4). A control that came with an extraction batch speaks of its batch: where
it is out, the batch is invalid on every plate, and the plate is in control only if its other controls are still all it needs.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from lims.catalog.rules import Assay, ControlRole
from lims.testing.layout.rules import missing_roles

Cts = Mapping[str, float | None]
WellReadings = Mapping[str, Cts]
PlanWells = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Reason:
    """Why a control is out: its well and what was seen there."""

    code: str
    well: str
    sentence: str
    batch: str | None = None

    def told(self) -> dict[str, str]:
        """The reason as it is stored and answered."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class ControlVerdict:
    """Whether the tubes of a plate may be called, and every control that is out; those of a batch make their batch invalid."""

    passed: bool
    reasons: tuple[Reason, ...]

    @property
    def failed_batches(self) -> dict[str, dict[str, tuple[str, str]]]:
        """Extraction batch → well on this plate → what was seen there, as code and sentence."""
        found: dict[str, dict[str, tuple[str, str]]] = {}
        for reason in self.reasons:
            if reason.batch is not None:
                found.setdefault(reason.batch, {}).setdefault(reason.well, (reason.code, reason.sentence))
        return found


def weak_positives_detected(wells: PlanWells, readings: WellReadings, assay: Assay) -> Iterable[Reason]:
    """Every weak positive has every target at Ct ≤ its cut-off."""
    for well in of_role(wells, ControlRole.WEAK_POSITIVE):
        lacking = [t.name for t in assay.targets if not reached(readings[well][t.name], t.cutoff)]
        if lacking:
            yield Reason("weak_positive_not_detected", well, f"weak positive in {well}: {', '.join(lacking)} not detected")


def negatives_flat(wells: PlanWells, readings: WellReadings, assay: Assay) -> Iterable[Reason]:
    """No negative control has a target at Ct ≤ grey_to."""
    return amplified(wells, readings, assay, ControlRole.NEGATIVE)


def blanks_flat(wells: PlanWells, readings: WellReadings, assay: Assay) -> Iterable[Reason]:
    """No blank has a target at Ct ≤ grey_to."""
    return amplified(wells, readings, assay, ControlRole.BLANK)


PLATE_CONTROLS: tuple[Callable[[PlanWells, WellReadings, Assay], Iterable[Reason]], ...] = (
    weak_positives_detected,
    negatives_flat,
    blanks_flat,
)


def judge(wells: PlanWells, readings: WellReadings, assay: Assay) -> ControlVerdict:
    """Whether the controls of this plate let its tubes be called, and which extraction batches they make invalid."""
    seen = (reason for rule in PLATE_CONTROLS for reason in rule(wells, readings, assay))
    reasons = tuple(replace(reason, batch=wells[reason.well].get("batch")) for reason in seen)
    return ControlVerdict(passed=not reasons or stands_without_batches(wells, assay, reasons), reasons=reasons)


def stands_without_batches(wells: PlanWells, assay: Assay, reasons: Iterable[Reason]) -> bool:
    """Whether only controls of extraction batches are out, and the plate has all the controls it needs without these batches."""
    invalid = {reason.batch for reason in reasons}
    return None not in invalid and not missing_roles(assay, (what for what in wells.values() if what.get("batch") not in invalid))


def amplified(wells: PlanWells, readings: WellReadings, assay: Assay, role: ControlRole) -> Iterable[Reason]:
    """A reason for each well of a role in which a target is seen up to the end of its grey zone."""
    for well in of_role(wells, role):
        for target in assay.targets:
            ct = readings[well][target.name]
            if reached(ct, target.grey_to):
                yield Reason(f"{role}_amplified", well, f"{role} in {well}: {target.name} at Ct {ct:g}")


def reached(ct: float | None, limit: float) -> bool:
    """Whether a target was seen by this cycle; an empty Ct, or one of 0 or less, is no reading."""
    return ct is not None and 0 < ct <= limit


def of_role(wells: PlanWells, role: ControlRole) -> list[str]:
    """The wells of one control role."""
    return [well for well, what in wells.items() if what.get("control") == role]
