"""Shapes of label requests."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from lims.kernel.barcodes import Kind
from lims.kernel.numbers import Whole


class ReserveForm(BaseModel):
    """How many labels a site wants."""

    site: str
    count: Annotated[Whole, Field(ge=1, le=10_000)]
    kind: Kind = Kind.TUBE


class PreviewForm(BaseModel):
    """What to look at: labels of a range on a stock, or on one that is only tried: the text of its file in `source`."""

    range: UUID
    template: str = "tube_35x30"
    source: Annotated[str | None, Field(max_length=20_000)] = None
    dpi: Literal[203, 300] | None = None
    text: Annotated[str, Field(max_length=200)] = ""
    reprint: bool = False
    language: Literal["zh", "en"] = "zh"


class PreviewLabel(BaseModel):
    """One label as the printer prints it (PNG, base64), and what an independent reader finds on it."""

    code: str
    good: bool
    found: list[str]
    picture: str


class PreviewAnswer(BaseModel):
    """The first label of the range, one in the middle, and the last."""

    labels: list[PreviewLabel]


class RangeAnswer(BaseModel):
    """A reserved run of codes, both ends included."""

    id: UUID
    first: str
    last: str
    count: int
