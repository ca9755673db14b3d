"""Where a tube stands on its way into a box. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from lims.custody.rules import FieldState


class Standing(StrEnum):
    """What a scanned tube is to somebody who packs a box."""

    READY = "ready"
    OPEN = "open"
    VOID = "void"
    PACKED = "packed"
    LEFT = "left"
    RECEIVED = "received"


@dataclass(frozen=True)
class Departure:
    """How boxes leave. `carried_by` is a courier's account, `handover` the hand-over that two people have signed; each may be unknown."""

    lab: str
    at: datetime
    courier: str = ""
    vehicle: str = ""
    carried_by: str | None = None
    handover: UUID | None = None
    temperature_c: float | None = None

    @property
    def told(self) -> dict[str, Any]:
        """What the trail says of it."""
        who = {"lab": self.lab, "vehicle": self.vehicle, "courier": self.courier, "countersigned": self.handover is not None}
        signed = {"handover": str(self.handover), "temperature_c": self.temperature_c} if self.handover else {}
        return who | signed


def standing_of(tube: Any) -> Standing:  # noqa: ANN401 - a row with field_state, box, dispatched_at, received_at
    """How far a registered tube has come: the furthest that is known of it."""
    if tube.received_at is not None:
        return Standing.RECEIVED
    if tube.dispatched_at is not None:
        return Standing.LEFT
    if tube.box is not None:
        return Standing.PACKED
    if tube.field_state == FieldState.SEALED:
        return Standing.READY
    return Standing.VOID if tube.field_state == FieldState.VOID else Standing.OPEN


def left_at(box: Any) -> datetime | None:  # noqa: ANN401 - a row with dispatched_at and received_at
    """Since when nothing can be put into a box any more: it was taken away, or a lab has opened it."""
    return min((at for at in (box.dispatched_at, box.received_at) if at is not None), default=None)
