"""Which call a released result may be amended to. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from lims.custody.rules import BenchState, Call, Kind
from lims.kernel.errors import Refused


@dataclass(frozen=True)
class Evidence:
    """What one run said of the tube."""

    run: UUID
    call: Call
    usable: bool  # in control, and the last such run of its plate


def refuse_unamendable(tube: str, state: BenchState, kind: Kind | None) -> None:
    """Refused where there is no single result that could be amended."""
    if state is not BenchState.RELEASED:
        raise Refused("amend_unreleased", "Tube {tube} is {state}, not released; there is nothing to amend.", tube=tube, state=state.value)
    if kind is Kind.ALIQUOT_POOL:
        raise Refused(
            "amend_pool",
            "Tube {tube} is an aliquot pool: another call of it says of no member what is true of it alone."
            " Have the people of its member tubes sampled again; its page lists them.",
            tube=tube,
        )


def choose(tube: str, standing: Call, found: Sequence[Evidence], run: UUID | None, call: Call | None) -> Evidence:
    """The evidence an amendment rests on: that of the named run, or the newest usable one with the named call. `found`: newest first."""
    if run is None and call is None:
        raise Refused("amend_what", "Say which run is right about tube {tube}, or which call.", tube=tube)
    if not found:
        raise Refused(
            "amend_pool", "Tube {tube} was released with an aliquot pool and was never read by itself. Have its person sampled again.",
            tube=tube,
        )  # fmt: skip
    fitting = [one for one in found if (one.run == run if run is not None else one.usable and one.call is call)]
    if not fitting and run is not None:
        raise Refused("amend_without_evidence", "Run {run} says nothing of tube {tube}.", run=run, tube=tube)
    if call is standing or (fitting and fitting[0].call is standing):
        raise Refused("amend_same", "Tube {tube} is released as {call} already; there is nothing to amend.", tube=tube, call=standing.value)
    if not fitting or (call is not None and fitting[0].call is not call):
        raise Refused(
            "amend_without_evidence",
            "No run in control that counts says {call} of tube {tube}: run its plate again, then amend.",
            call=call.value if call else "",
            tube=tube,
        )
    return fitting[0]
