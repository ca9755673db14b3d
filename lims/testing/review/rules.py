"""What a reviewer may release. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from lims.custody.rules import BenchState, Call
from lims.kernel.errors import Refused, listed


@dataclass(frozen=True)
class OnPlate:
    """A tube of the reviewed run, as it stands now."""

    barcode: str
    call: Call
    state: BenchState
    here: bool  # still on this run's plate
    current: bool  # its present call is this run's


def clean_negatives(tubes: Collection[OnPlate], doubted: Collection[str]) -> list[str]:
    """The tubes released together by one decision: negative in this run, undecided, and never seen otherwise by another run."""
    return [tube.barcode for tube in tubes if tube.call is Call.NEGATIVE and undecided(tube) and tube.barcode not in doubted]


def undecided(tube: OnPlate) -> bool:
    """Whether this run's call is the one to decide on."""
    return tube.here and tube.current and tube.state is BenchState.CALLED


def named(tubes: Mapping[str, OnPlate], asked: Collection[str]) -> list[str]:
    """The named tubes, refused with the reason unless each can be released."""
    if strange := [code for code in asked if code not in tubes]:
        raise Refused("review_tube_unknown", "Not in this run: {tubes}.", tubes=listed(strange))
    for code in asked:
        tube = tubes[code]
        if tube.state is BenchState.RELEASED:
            raise Refused("tube_released", "Tube {tube} was released already.", tube=code)
        if not undecided(tube):
            raise Refused(
                "review_tube_moved_on",
                "Tube {tube} is {state}, and not by this run; there is nothing to release.",
                tube=code,
                state=tube.state.value,
            )
    return list(dict.fromkeys(asked))


def returnable(tubes: Mapping[str, OnPlate], asked: Collection[str] | None) -> list[str]:
    """The tubes to send back: those named, or all of the plate that nobody has decided on."""
    open_states = {BenchState.PLATED, BenchState.CALLED}
    if asked is None:
        return [tube.barcode for tube in tubes.values() if tube.here and tube.state in open_states]
    if strange := [code for code in asked if code not in tubes]:
        raise Refused("review_tube_unknown", "Not in this run: {tubes}.", tubes=listed(strange))
    for code in asked:
        if not (tubes[code].here and tubes[code].state in open_states):
            raise Refused(
                "review_tube_moved_on",
                "Tube {tube} is {state}; it cannot be sent back from this run.",
                tube=code,
                state=tubes[code].state.value,
            )
    return list(dict.fromkeys(asked))


def batches_of(wells: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The extraction batch of each tube of a plate that was extracted in one."""
    return {what["tube"]: what["batch"] for what in wells.values() if "tube" in what and "batch" in what}


def refuse_unverifiable(tubes: Collection[OnPlate], assay: str, verifying: Collection[str]) -> None:
    """Refused where there is nothing to verify, or nothing to verify it with."""
    if clear := [tube.barcode for tube in tubes if tube.call not in (Call.POSITIVE, Call.INCONCLUSIVE)]:
        raise Refused(
            "verification_of_nothing", "Only positive and inconclusive calls are verified with another kit: {tubes}.", tubes=listed(clear)
        )
    if not verifying:
        raise Refused(
            "verification_no_assay", "The catalogue has no assay that shares no target with {assay}; load one first.", assay=assay
        )


def refuse_unapprovable(controls_passed: bool, run: UUID, newest: UUID | None, plate: str) -> None:  # noqa: FBT001 - a fact, not a switch
    """Refused where a run's controls failed, or a later run of the plate is in control."""
    refuse_out_of_control(controls_passed, plate)
    if newest != run:
        raise Refused("run_superseded", "Plate {plate} was run again and is in control; review that run.", plate=plate)


def refuse_out_of_control(controls_passed: bool, plate: str) -> None:  # noqa: FBT001 - a fact, not a switch
    """Refused where a run's controls failed: nothing it says is released, or verified."""
    if not controls_passed:
        raise Refused(
            "controls_failed",
            "The controls of this run failed: nothing of it can be released. Find the cause and run plate {plate} again.",
            plate=plate,
        )
