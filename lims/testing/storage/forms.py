"""Shapes of storage requests."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from lims.kernel.clock import Moment
from lims.kernel.numbers import Whole
from lims.testing.storage.rules import Kept

Scanned = Annotated[str, Field(min_length=1, max_length=100)]
Place = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")]


class RackForm(BaseModel):
    """A rack to be used from now on: rows × columns positions, and where it stands."""

    id: UUID
    barcode: Scanned
    lab: str
    rows: Annotated[Whole, Field(ge=1, le=26)]
    columns: Annotated[Whole, Field(ge=1, le=40)]
    kept: Kept
    place: Place
    at: Moment | None = None


class RackPlaceForm(BaseModel):
    """A rack that stands elsewhere now."""

    id: UUID
    place: Place
    kept: Kept | None = None
    at: Moment | None = None


class PutAwayForm(BaseModel):
    """Tubes put into a rack in this order: the first into `position`, or all into the first free ones."""

    id: UUID
    tubes: Annotated[list[Scanned], Field(min_length=1, max_length=1000)]
    position: Annotated[str, Field(max_length=10)] | None = None
    at: Moment | None = None


class TakeOutForm(BaseModel):
    """Tubes taken out of their racks."""

    id: UUID
    lab: str
    tubes: Annotated[list[Scanned], Field(min_length=1, max_length=1000)]
    at: Moment | None = None


class ImportedRow(BaseModel):
    """A row that was refused."""

    line: int | None
    code: str
    reason: str


class PositionsAnswer(BaseModel):
    """What a file of positions came to; its report can be fetched again under `report`."""

    report: UUID
    accepted: int
    known: int
    refused: int
    lines: list[ImportedRow]


class RackAnswer(BaseModel):
    """A rack with what lies in it, tube by position; `placed` are the positions of this request's tubes."""

    barcode: str
    lab: str
    rows: int
    columns: int
    kept: Kept
    place: str
    positions: dict[str, str]
    placed: dict[str, str] = {}


class Whereabouts(BaseModel):
    """Where a tube lies, and how it stands; everything but its code is null where it lies in no rack."""

    barcode: str
    state: str | None
    rack: str | None = None
    position: str | None = None
    place: str | None = None
    kept: Kept | None = None
    stored_at: datetime | None = None


class TakenOut(BaseModel):
    """Tubes that lie in no rack any more."""

    tubes: list[str]
