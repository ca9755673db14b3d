"""Shapes of what is discarded."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from lims.kernel.clock import Moment

Scanned = Annotated[str, Field(min_length=1, max_length=100)]


class DiscardForm(BaseModel):
    """Tubes that were thrown away: those that were scanned, or whatever of a rack may go."""

    id: UUID
    lab: str
    tubes: Annotated[list[Scanned], Field(max_length=1000)] = []
    rack: Scanned | None = None
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    at: Moment | None = None

    @model_validator(mode="after")
    def tubes_or_rack(self) -> Self:
        """One of both."""
        if bool(self.tubes) == bool(self.rack):
            raise ValueError("say either tubes or rack")
        return self


class KeptTube(BaseModel):
    """A tube that has to stay, and why."""

    tube: str
    code: str
    detail: str


class Discarded(BaseModel):
    """What was thrown away, and what of the rack has to stay."""

    discarded: list[str]
    kept: list[KeptTube] = []


class DueTube(BaseModel):
    """A tube that may go: `ground` is negative, other or rejected, since `ended_at`."""

    tube: str
    ground: str
    ended_at: datetime
    rack: str
    position: str
    place: str


class DueRack(BaseModel):
    """A rack with tubes that are old enough: how many of how many."""

    rack: str
    place: str
    old: int
    tubes: int


class Due(BaseModel):
    """What may go from the racks of a lab, in walking order; `needed` more are old enough, but an open case needs them.

    Of very many tubes `items` are the first; `racks` are all, and `more` says how many old tubes lie in them beyond.
    """

    source: str
    items: list[DueTube]
    needed: int
    racks: list[DueRack] = []
    more: int = 0
