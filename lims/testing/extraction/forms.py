"""Shapes of extraction batches."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from lims.kernel.clock import Moment

Scanned = Annotated[str, Field(min_length=1, max_length=100)]


class ExtractionForm(BaseModel):
    """A batch to extract: of what waits, most urgent first, or as given. `assay` says which controls and which pool sizes."""

    id: UUID
    barcode: Scanned
    lab: str
    assay: str
    layout: Literal["auto"] | Annotated[dict[str, Scanned], Field(max_length=96)] = "auto"
    instrument: Annotated[str, Field(max_length=100)] = ""
    lots: Annotated[list[UUID], Field(max_length=10)] | None = None
    at: Moment | None = None


class ExtractionAnswer(BaseModel):
    """A batch: its map, and why it is invalid where it is."""

    barcode: str
    lab: str
    assay: str
    assay_version: int
    instrument: str
    extracted_at: datetime
    extracted_by: str
    lots: list[UUID]
    wells: dict[str, dict[str, str]]
    state: Literal["extracted", "failed"]
    failures: list[dict[str, Any]]
    waiting: list[str]
