"""What another version of an assay says of the same readings. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lims.catalog.rules import Assay
from lims.custody.rules import Call
from lims.kernel.errors import Refused
from lims.testing.interpretation.rules import CallVerdict, call
from lims.testing.qc.rules import PlanWells, WellReadings, judge


@dataclass(frozen=True)
class Change:
    """A tube whose released call would be another."""

    tube: str
    well: str
    was: Call
    verdict: CallVerdict
    controls_passed: bool


def refuse_incomparable(old: Assay, new: Assay) -> None:
    """Refused where the new version reads something that was not read, or is no other version."""
    if old.version == new.version:
        raise Refused("rejudge_same_version", "Choose another version of {assay} than {version}.", assay=old.code, version=old.version)
    if lacking := [name for name in new.readings if name not in old.readings]:
        raise Refused(
            "rejudge_unread", "Version {version} of {assay} reads {targets}, which these runs did not read.",
            version=new.version, assay=new.code, targets=", ".join(lacking),
        )  # fmt: skip


def changes(wells: PlanWells, readings: WellReadings, released: Mapping[str, Call], assay: Assay) -> Iterable[Change]:
    """What would be another, of the released tubes of one run: its controls and its calls by the new version."""
    passed = judge(wells, readings, assay).passed
    for well, what in wells.items():
        tube = what.get("tube")
        if tube is not None and tube in released:
            verdict = call(readings[well], assay)
            if verdict.call is not released[tube]:
                yield Change(tube, well, released[tube], verdict, passed)
