"""Shapes of box requests."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

Scanned = Annotated[str, Field(min_length=1, max_length=100)]


class PackForm(BaseModel):
    """A box that was filled and sealed."""

    id: UUID
    barcode: Scanned
    site: str
    tubes: Annotated[list[Scanned], Field(min_length=1, max_length=1000)]
    sealed_at: AwareDatetime


class DispatchForm(BaseModel):
    """A box that left for a lab."""

    id: UUID
    lab: str
    courier: Annotated[str, Field(max_length=100)] = ""
    vehicle: Annotated[str, Field(max_length=100)] = ""
    at: AwareDatetime | None = None


class BoxAnswer(BaseModel):
    """A box as it stands."""

    barcode: str
    site: str | None
    tubes: int | None
    sealed_at: AwareDatetime | None
    dispatched_at: AwareDatetime | None
    lab: str | None
