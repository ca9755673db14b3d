"""Shapes of accession requests."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

Scanned = Annotated[str, Field(min_length=1, max_length=100)]


class ReceiveForm(BaseModel):
    """What was scanned out of a box, temperature in °C."""

    id: UUID
    lab: str
    at: AwareDatetime | None = None
    temperature_c: Annotated[float, Field(ge=-100, le=100)] | None = None
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


class Standing(BaseModel):
    """A box after all scans so far: how many were packed, which are here, missing, foreign, unknown or in another lab; how it came."""

    expected: int
    received: list[str]
    missing: list[str]
    unexpected: list[str]
    unregistered: list[str]
    elsewhere: list[str]
    carriage: Carriage | None = None


class RejectForm(BaseModel):
    """Why a tube cannot be tested."""

    id: UUID
    reason: Annotated[str, Field(max_length=20)]
    note: Annotated[str, Field(max_length=500)] = ""
    at: AwareDatetime | None = None


class TubeState(BaseModel):
    """A tube at the bench."""

    barcode: str
    state: str | None
    reason: str | None = None
