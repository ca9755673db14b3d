"""Shapes of box requests."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from lims.kernel.clock import Moment

Scanned = Annotated[str, Field(min_length=1, max_length=100)]


class PackForm(BaseModel):
    """A box that was filled and sealed."""

    id: UUID
    barcode: Scanned
    site: str
    tubes: Annotated[list[Scanned], Field(min_length=1, max_length=1000)]
    sealed_at: Moment


class RepackForm(BaseModel):
    """Stragglers that were put into a sealed box, and tubes that were taken out of it."""

    id: UUID
    added: Annotated[list[Scanned], Field(max_length=1000)] = []
    removed: Annotated[list[Scanned], Field(max_length=1000)] = []
    at: Moment | None = None


class DispatchForm(BaseModel):
    """A box that left for a lab."""

    id: UUID
    lab: str
    courier: Annotated[str, Field(max_length=100)] = ""
    vehicle: Annotated[str, Field(max_length=100)] = ""
    at: Moment | None = None


class BoxAnswer(BaseModel):
    """A box as it stands."""

    barcode: str
    site: str | None
    tubes: int | None
    sealed_at: AwareDatetime | None
    dispatched_at: AwareDatetime | None
    lab: str | None


class BoxView(BoxAnswer):
    """The same with who sealed it, whether two people signed its departure, its tubes, and the lab that a diversion sends it to.

    A courier is told neither people nor tubes.
    """

    sealed_by: str | None
    countersigned: bool
    received_at: AwareDatetime | None
    packed: list[str] | None
    directed_to: str | None


class PackedTube(BaseModel):
    """Where a tube stands for somebody who packs: `standing` is ready, open, void, packed, left or received."""

    barcode: str
    site: str | None
    standing: str
    sealed_at: AwareDatetime | None
    box: str | None
    box_sealed_at: AwareDatetime | None
    box_sealed_by: str | None
    dispatched_at: AwareDatetime | None
    lab: str | None


class WaitingTube(BaseModel):
    """A sealed tube in no box."""

    barcode: str
    sealed_at: AwareDatetime


class WaitingTubes(BaseModel):
    """The sealed tubes of a site in no box: the oldest thousand, how many there are, and since when the oldest waits."""

    items: list[WaitingTube]
    count: int
    oldest: AwareDatetime | None
