"""The shape of a device's message. Each tube is read by itself, so that one bad tube never spoils the others."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from lims.sampling.people.rules import IdType

Words = Annotated[str, Field(max_length=200)]


class MemberForm(BaseModel):
    """One person in a tube."""

    model_config = ConfigDict(extra="ignore")

    position: Annotated[int, Field(ge=1, le=1000)]
    id_type: IdType
    id_number: Annotated[str, Field(min_length=1, max_length=100)]
    name: Words = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    group: Annotated[str, Field(max_length=60)] = "*"
    collected_at: AwareDatetime


class TubeForm(BaseModel):
    """One tube as a device has it."""

    model_config = ConfigDict(extra="ignore")

    id: UUID
    revision: Annotated[int, Field(ge=1, le=1_000_000)]
    barcode: Annotated[str, Field(min_length=1, max_length=100)]
    site: Annotated[str, Field(min_length=1, max_length=40)]
    round: Words | None = None
    kind: Literal["swab_pool", "single"]
    pool_size: Annotated[int, Field(ge=1, le=1000)]
    state: Literal["open", "sealed", "void"]
    opened_at: AwareDatetime | None = None
    sealed_at: AwareDatetime | None = None
    retest_of: Annotated[str, Field(max_length=100)] | None = None
    members: Annotated[tuple[MemberForm, ...], Field(max_length=1000)] = ()


class SyncForm(BaseModel):
    """What a device sends: 1 to 500 tubes."""

    device: Annotated[str, Field(min_length=1, max_length=100)]
    sent_at: datetime
    tubes: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=500)]


class OutcomeForm(BaseModel):
    """What became of one tube."""

    id: str
    barcode: str
    revision: int
    outcome: Literal["accepted", "already_have", "held", "conflict", "refused"]
    code: str | None = None
    detail: str | None = None


class SyncAnswer(BaseModel):
    """One outcome a tube."""

    receipt: UUID
    tubes: list[OutcomeForm]
