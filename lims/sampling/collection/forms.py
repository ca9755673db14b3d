"""A tube as it is shown."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel


class MemberView(BaseModel):
    """One person of a tube, for those who collected it. `lookup_code` is what the person may ask for the result with."""

    position: int
    id_type: str
    id_number: str
    name: str
    phone: str
    group: str
    collected_at: datetime
    lookup_code: str


class TubeView(BaseModel):
    """A tube; `members` only for the field, everybody else gets their count."""

    barcode: str
    id: UUID | None
    revision: int | None
    device: str | None
    site: str | None
    round: str | None
    kind: str | None
    pool_size: int | None
    state: str | None
    opened_at: datetime | None
    sealed_at: datetime | None
    retest_of: str | None
    member_count: int
    box: str | None
    lab: str | None
    dispatched_at: datetime | None
    received_at: datetime | None
    bench_state: str | None
    released_at: datetime | None
    rejected_at: datetime | None
    members: list[MemberView] | None = None
    history: list[dict[str, Any]]
