"""Shapes of label requests."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from lims.kernel.barcodes import Kind


class ReserveForm(BaseModel):
    """How many labels a site wants."""

    site: str
    count: Annotated[int, Field(ge=1, le=10_000)]
    kind: Kind = Kind.TUBE


class RangeAnswer(BaseModel):
    """A reserved run of codes, both ends included."""

    id: UUID
    first: str
    last: str
    count: int
