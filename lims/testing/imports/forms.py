"""Shapes of import reports."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel


class PlateForm(BaseModel):
    """The plate that a kept file is of."""

    plate: str


class RefusedRow(BaseModel):
    """One row that was not taken; `line` is null where it is the whole file."""

    line: int | None
    code: str
    reason: str
    cells: list[str]


class ImportAnswer(BaseModel):
    """What a file came to."""

    id: UUID
    kind: str
    lab: str | None
    plate: str | None
    run: UUID | None
    name: str
    sha256: str | None
    imported_by: str
    at: datetime
    accepted: int
    known: int
    refused: int
    lines: list[RefusedRow]
    settled_at: datetime | None
    settled_by: str | None
