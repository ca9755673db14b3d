"""Shapes of lots."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from lims.kernel.clock import Day, Moment
from lims.testing.lots.rules import LotKind

Words = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1c\x1e-\x1f]*$")]


class LotForm(BaseModel):
    """A lot to take in. `number` may be the GS1 code of its box, which says product and expiry too; `opened`: in use from now on."""

    id: UUID
    lab: str
    kind: LotKind
    number: Annotated[Words, Field(min_length=1)]
    product: Words | None = None
    assay: Words | None = None
    expires_on: Day | None = None
    opened: bool = True
    at: Moment | None = None


class OpenForm(BaseModel):
    """A lot to be used from now on."""

    id: UUID
    at: Moment | None = None


class LotAnswer(BaseModel):
    """A lot."""

    id: UUID
    lab: str
    kind: LotKind
    product: str
    assay: str | None
    number: str
    expires_on: date
    received_at: datetime
    received_by: str
    opened_at: datetime | None
    opened_by: str | None
