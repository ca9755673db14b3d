"""Shapes of accession requests."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from lims.kernel.clock import Moment
from lims.kernel.numbers import Measured
from lims.testing.accession.rules import Outcome

Scanned = Annotated[str, Field(min_length=1, max_length=100)]


class ReceiveForm(BaseModel):
    """What was scanned out of a box, temperature in °C."""

    id: UUID
    lab: str
    at: Moment | None = None
    temperature_c: Annotated[Measured, Field(ge=-100, le=100)] | None = None
    tubes: Annotated[list[Scanned], Field(max_length=1000)] = []


class Carriage(BaseModel):
    """How a box came: by whom, signed by both sides or not, for how long; `too_long` is null where no policy says how long is."""

    handover: UUID | None
    given_by: str | None
    carried_by: str | None
    vehicle: str | None
    left_at: AwareDatetime
    temperature_c: float | None
    minutes: int
    hours_at_most: float | None
    too_long: bool | None


class ArrivalAnswer(BaseModel):
    """How a box and its tubes are on arrival: °C, minutes from sealing to receipt, and what is allowed; null where nobody has said."""

    temperature_c: float | None
    outside: bool
    coldest_c: float | None
    warmest_c: float | None
    oldest_minutes: int | None
    too_old: int
    tube_hours_at_most: float | None
    source: str | None


class ScanAnswer(BaseModel):
    """What the scan of one tube came to. The box is the one it was packed in, or, if it was here before, the one it came out of.

    `minutes_old`: from its sealing to its receipt, null where nobody has told of the sealing; `too_old`: more than is allowed.
    """

    barcode: str
    outcome: Outcome
    box: str | None
    box_sealed_at: AwareDatetime | None
    box_sealed_by: str | None
    received_at: AwareDatetime
    received_by: str | None
    lab: str
    state: str
    rejected_at: AwareDatetime | None
    rejected_for: str | None
    minutes_old: int | None = None
    too_old: bool = False


class Standing(BaseModel):
    """A box after all scans so far: how many were packed, which are here, missing, foreign, unknown or in another lab; how it came.

    `scans` says what each tube of this very message came to.
    """

    expected: int
    received: list[str]
    missing: list[str]
    unexpected: list[str]
    unregistered: list[str]
    elsewhere: list[str]
    carriage: Carriage | None = None
    arrival: ArrivalAnswer | None = None
    scans: list[ScanAnswer] = []


class RejectForm(BaseModel):
    """Why a tube cannot be tested."""

    id: UUID
    reason: Annotated[str, Field(max_length=20)]
    note: Annotated[str, Field(max_length=500)] = ""
    at: Moment | None = None


class TubeState(BaseModel):
    """A tube at the bench."""

    barcode: str
    state: str | None
    reason: str | None = None
