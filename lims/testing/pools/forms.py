"""Shapes of aliquot pools."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from lims.kernel.clock import Moment
from lims.kernel.numbers import Whole

Scanned = Annotated[str, Field(min_length=1, max_length=100)]
Size = Annotated[Whole, Field(ge=2, le=100)]


class PoolForm(BaseModel):
    """An aliquot pool of single tubes: of those that were scanned, or `auto` of the most urgent that wait.

    With an `assay` the pool is held to what it is valid for, and to the policies of its tubes' sites; `size` is how many `auto` takes.
    """

    id: UUID
    barcode: Scanned
    lab: str
    members: Literal["auto"] | Annotated[list[Scanned], Field(min_length=1, max_length=100)]
    assay: str | None = None
    size: Size | None = None
    at: Moment | None = None

    def said(self) -> dict[str, Any]:
        """What the message says; newer fields that are not used are left out, so that an old message repeated is the same."""
        return self.model_dump(exclude={name for name in ("assay", "size") if getattr(self, name) is None})


class Lying(BaseModel):
    """A tube and where it lies; null where it lies in no rack."""

    tube: str
    rack: str | None = None
    position: str | None = None
    place: str | None = None


class PoolAnswer(BaseModel):
    """An aliquot pool as it was made; `picks` are its members in the order in which they are fetched."""

    barcode: str
    lab: str
    members: list[str]
    picks: list[Lying] = []


class Candidate(Lying):
    """A scanned tube that may be used: as the tube that is mixed in, or as a member of a pool of at most `most`."""

    most: int


class Proposal(BaseModel):
    """How what waits could be pooled: each pool's members in the order in which they are fetched; `left` tubes are tested singly."""

    assay: str
    size: int
    waiting: int
    left: int
    pools: list[list[Lying]]
