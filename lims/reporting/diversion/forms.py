"""Shapes of diversions."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel


class MessageForm(BaseModel):
    """A message with nothing but its id."""

    id: UUID


class MoveView(BaseModel):
    """A box that goes to another lab: `lab` is where it went before (null where nobody knew), `km` the way from its site."""

    box: str
    tubes: int
    lab: str | None
    to: str
    km: float


class LateView(BaseModel):
    """Tubes of a lab that are late at the worst of it, without the diversion and with it."""

    before: int
    after: int


class DiversionView(BaseModel):
    """A proposal. `without_place`: boxes for which no lab has room in time; they stay on their way. `late`, `room`: by lab, in tubes."""

    id: UUID
    made_at: datetime
    made_by: str
    moves: list[MoveView]
    without_place: list[str]
    late: dict[str, LateView]
    room: dict[str, int]
    accepted_at: datetime | None
    accepted_by: str | None
