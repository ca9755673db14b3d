"""The shape of a device's message. Each tube is read by itself, so that one bad tube never spoils the others."""

import unicodedata
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from lims.kernel.clock import Moment, written
from lims.kernel.numbers import Whole
from lims.sampling.people.rules import IdType


def spoken(text: str) -> str:
    """A text without control characters, which scanners send along, and without halves of characters: PostgreSQL keeps neither."""
    return text if text.isprintable() else "".join(ch for ch in text if unicodedata.category(ch) not in {"Cc", "Cs"})


Spoken = AfterValidator(spoken)
Words = Annotated[str, Spoken, Field(max_length=200)]


class MemberForm(BaseModel):
    """One person in a tube."""

    model_config = ConfigDict(extra="ignore")

    position: Annotated[Whole, Field(ge=1, le=1000)]
    id_type: IdType
    id_number: Annotated[str, Field(min_length=1, max_length=100)]
    name: Words = ""
    phone: Annotated[str, Spoken, Field(max_length=40)] = ""
    group: Annotated[str, Spoken, Field(max_length=60)] = "*"
    collected_at: Moment

    @model_validator(mode="before")
    @classmethod
    def null_says_nothing(cls, raw: object) -> object:
        """Devices write null where somebody has no phone."""
        if not isinstance(raw, dict) or None not in raw.values():
            return raw
        return {name: value for name, value in raw.items() if value is not None}


class TubeForm(BaseModel):
    """One tube as a device has it."""

    model_config = ConfigDict(extra="ignore")

    id: UUID
    revision: Annotated[Whole, Field(ge=1, le=1_000_000)]
    barcode: Annotated[str, Field(min_length=1, max_length=100)]
    site: Annotated[str, Spoken, Field(min_length=1, max_length=40)]
    round: Words | None = None
    kind: Literal["swab_pool", "single"]
    pool_size: Annotated[Whole, Field(ge=1, le=1000)]
    state: Literal["open", "sealed", "void"]
    opened_at: Moment | None = None
    sealed_at: Moment | None = None
    retest_of: Annotated[str, Field(max_length=100)] | None = None
    members: Annotated[tuple[MemberForm, ...], Field(max_length=1000)] = ()


class SyncForm(BaseModel):
    """What a device sends: 1 to 500 tubes, each read by itself."""

    device: Annotated[str, Spoken, Field(min_length=1, max_length=100)]
    sent_at: Annotated[datetime, BeforeValidator(written)]
    tubes: Annotated[list[Any], Field(min_length=1, max_length=500)]


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
