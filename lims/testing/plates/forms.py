"""Shapes of plate requests."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

Scanned = Annotated[str, Field(min_length=1, max_length=100)]


class PlateForm(BaseModel):
    """A plate to lay out: by itself, or as given."""

    id: UUID
    barcode: Scanned
    lab: str
    assay: str
    layout: Literal["auto"] | Annotated[dict[str, Scanned], Field(max_length=384)] = "auto"
    at: AwareDatetime | None = None


class PoolForm(BaseModel):
    """An aliquot pool of single tubes."""

    id: UUID
    barcode: Scanned
    lab: str
    members: Annotated[list[Scanned], Field(min_length=1, max_length=100)]
    at: AwareDatetime | None = None


class PoolAnswer(BaseModel):
    """An aliquot pool as it was made."""

    barcode: str
    lab: str
    members: list[str]


class PlateAnswer(BaseModel):
    """A plate's map."""

    barcode: str
    lab: str
    assay: str
    assay_version: int
    laid_at: datetime
    laid_by: str
    wells: dict[str, dict[str, str]]
