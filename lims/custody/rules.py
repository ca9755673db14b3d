"""The life of a tube. Pure: no database, no clock, no web.

A tube's row gathers facts in any order: the field registers and seals it, a lab receives and tests it, and either may be
first. So its life is two short machines side by side, the field's and the bench's, not one long one.
"""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from lims.kernel.errors import Refused


class Kind(StrEnum):
    """What is in a tube: swabs of several people, one person, or liquid of several single tubes mixed in the lab."""

    SWAB_POOL = "swab_pool"
    SINGLE = "single"
    ALIQUOT_POOL = "aliquot_pool"


class FieldState(StrEnum):
    """How far the sampling end has come with a tube."""

    OPEN = "open"
    SEALED = "sealed"
    VOID = "void"


class BenchState(StrEnum):
    """How far the testing end has come with a tube."""

    WAITING = "waiting"
    POOLED = "pooled"
    PLATED = "plated"
    CALLED = "called"
    RELEASED = "released"
    REJECTED = "rejected"


class BenchEvent(StrEnum):
    """What can happen to a tube at the bench."""

    POOL = "pool"
    PLACE = "place"
    CALL = "call"
    RETURN = "return"
    RELEASE = "release"
    REJECT = "reject"


class Call(StrEnum):
    """What a run says of a tube."""

    NEGATIVE = "negative"
    POSITIVE = "positive"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"


class RepeatReason(StrEnum):
    """Why a tube is tested once more: its eluate again, from its liquid again, or with a kit that shares no target."""

    REPEAT = "repeat"
    RE_EXTRACTION = "re_extraction"
    VERIFICATION = "verification"


NEXT: dict[tuple[BenchState, BenchEvent], BenchState] = {
    (BenchState.WAITING, BenchEvent.POOL): BenchState.POOLED,
    (BenchState.WAITING, BenchEvent.PLACE): BenchState.PLATED,
    (BenchState.WAITING, BenchEvent.REJECT): BenchState.REJECTED,
    (BenchState.POOLED, BenchEvent.RETURN): BenchState.WAITING,
    (BenchState.POOLED, BenchEvent.RELEASE): BenchState.RELEASED,
    (BenchState.PLATED, BenchEvent.CALL): BenchState.CALLED,
    (BenchState.PLATED, BenchEvent.RETURN): BenchState.WAITING,
    (BenchState.PLATED, BenchEvent.REJECT): BenchState.REJECTED,
    (BenchState.CALLED, BenchEvent.CALL): BenchState.CALLED,
    (BenchState.CALLED, BenchEvent.RETURN): BenchState.WAITING,
    (BenchState.CALLED, BenchEvent.RELEASE): BenchState.RELEASED,
    (BenchState.CALLED, BenchEvent.REJECT): BenchState.REJECTED,
}


def advance(state: BenchState, event: BenchEvent, tube: str) -> BenchState:
    """The state after `event`; Refused where the table has no such step."""
    following = NEXT.get((state, event))
    if following is None:
        raise Refused(
            "tube_state", "Tube {tube} is {state}: it cannot be {event} now.", tube=tube, state=state.value, event=PARTICIPLE[event]
        )
    return following


def ready_for(event: BenchEvent) -> tuple[BenchState, ...]:
    """The states from which `event` is possible: what an UPDATE may touch."""
    return tuple(state for state, known in NEXT if known is event)


PARTICIPLE = {
    BenchEvent.POOL: "pooled",
    BenchEvent.PLACE: "put on a plate",
    BenchEvent.CALL: "called",
    BenchEvent.RETURN: "sent back",
    BenchEvent.RELEASE: "released",
    BenchEvent.REJECT: "rejected",
}

# Rejection reasons: HL7 table 0490, then what pools need (domain rules 2.13).
REJECTION_REASONS = {
    "EX": "expired",
    "QS": "quantity not sufficient",
    "RA": "missing patient ID number",
    "RB": "broken container",
    "RC": "clotting",
    "RD": "missing collection date",
    "RE": "missing patient name",
    "RH": "hemolysis",
    "RI": "identification problem",
    "RM": "labelling",
    "RN": "contamination",
    "RP": "missing collector",
    "RR": "improper storage",
    "RS": "name misspelt",
    "swab_count": "swab count differs from the members registered",
    "unregistered": "unregistered tube",
    "duplicate": "duplicate tube",
    "leaking": "leaking or no cap",
    "age_limit": "over the age limit",
    "no_swab": "no swab",
    "wrong_medium": "wrong medium",
    "lost": "tube not found",
}
RESAMPLE = "resample"
# As above, and what is decided later, in the case of an aliquot pool: nothing is wrong with the tube.
TURNED_AWAY_FOR = REJECTION_REASONS | {RESAMPLE: "people sampled again"}


def trail_begins(*known: date | datetime | None) -> date:
    """The UTC day before the first of these moments of a tube: nothing is told of it from before, whatever the zone it was sealed in.

    So who reads a tube's trail needs not look through the days before. `date.min` where no moment is known.
    """
    days = [moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment for moment in known if moment is not None]
    return min(days) - timedelta(days=1) if days else date.min
