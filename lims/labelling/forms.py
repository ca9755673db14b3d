"""Shapes of a lab's labels."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from lims.kernel.numbers import Whole


class NewLabelsForm(BaseModel):
    """Codes that a lab wants: for tubes that came without any, for plates, or for racks (`place`)."""

    id: UUID
    lab: str
    kind: Literal["tube", "plate", "place"]
    count: Annotated[Whole, Field(ge=1, le=500)]


class NewLabelsAnswer(BaseModel):
    """A run of codes that nobody else has, both ends included."""

    id: UUID
    lab: str
    kind: str
    first: str
    last: str
    count: int


class Print(BaseModel):
    """How labels are printed: on which stock, as which kind of file; a second print of new codes says why."""

    template: Annotated[str, Field(max_length=100)]
    format: Annotated[str, Field(max_length=10)] = "pdf"
    reprint_reason: Annotated[str, Field(max_length=200)] = ""
