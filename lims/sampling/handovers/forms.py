"""Shapes of hand-overs."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, SecretStr

from lims.kernel.clock import Moment
from lims.kernel.numbers import Measured
from lims.sampling.boxes.forms import Scanned

Celsius = Annotated[Measured, Field(ge=-100, le=100)]


class HandedBox(BaseModel):
    """A box of a hand-over, with its own temperature where that was measured."""

    barcode: Scanned
    temperature_c: Celsius | None = None


class Signature(BaseModel):
    """Name and password of whoever countersigns on the same device; neither is kept."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=1000)]


class HandoverForm(BaseModel):
    """Boxes that pass from a site to a courier. Without `signature` it waits for the other to sign on a device of his own."""

    id: UUID
    lab: str
    vehicle: Annotated[str, Field(min_length=1, max_length=100)]
    temperature_c: Celsius | None = None
    boxes: Annotated[list[HandedBox], Field(min_length=1, max_length=200)]
    at: Moment | None = None
    signature: Signature | None = None


class SignForm(BaseModel):
    """The second signature, by whoever is signed in."""

    id: UUID
    at: Moment | None = None


class HandoverAnswer(BaseModel):
    """A hand-over as it stands; `signed_at` is null until both have signed."""

    id: UUID
    lab: str
    vehicle: str
    temperature_c: float | None
    boxes: list[str]
    given_by: str | None
    taken_by: str | None
    offered_at: AwareDatetime
    signed_at: AwareDatetime | None
