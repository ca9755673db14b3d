"""Shapes of plate requests."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from lims.kernel.clock import Moment

Scanned = Annotated[str, Field(min_length=1, max_length=100)]


class PlateForm(BaseModel):
    """A plate to lay out: by itself, or as given; `manual` places the controls alone, and the tubes are scanned in.

    `batches`: the extraction batches it is filled from, in the order of their quarters; `eluates`: of what waits in all of them.
    """

    id: UUID
    barcode: Scanned
    lab: str
    assay: str
    layout: Literal["auto", "manual"] | Annotated[dict[str, Scanned], Field(max_length=384)] = "auto"
    batches: Annotated[list[Scanned], Field(max_length=96)] | Literal["eluates"] | None = None
    lots: Annotated[list[UUID], Field(max_length=10)] | None = None
    at: Moment | None = None

    def said(self) -> dict[str, Any]:
        """What the message says; newer fields that are not used are left out, so that an old message repeated is the same."""
        return self.model_dump(exclude={name for name in ("batches", "lots") if not getattr(self, name)})


class MoveForm(BaseModel):
    """A tube that was put into another well; what stood there goes where the tube was."""

    id: UUID
    tube: Scanned
    well: Annotated[str, Field(min_length=2, max_length=5)]
    at: Moment | None = None


class PlateAnswer(BaseModel):
    """A plate's map."""

    barcode: str
    lab: str
    assay: str
    assay_version: int
    laid_at: datetime
    laid_by: str
    batches: list[str]
    lots: list[UUID]
    wells: dict[str, dict[str, str]]


class LotUses(BaseModel):
    """What a lot was used for."""

    lot: UUID
    batches: list[str]
    plates: list[str]
    tubes: list[str]
