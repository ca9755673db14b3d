"""Shapes of webhooks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from lims.interop.notices.rules import Kind
from lims.interop.subscribers.rules import LONGEST_ADDRESS, Wish
from lims.kernel.clock import Moment
from lims.kernel.db import AnyRow


class AddForm(BaseModel):
    """Somewhere to be told: an https address or `mailto:`; without `kinds` of everything, without `area` everywhere.

    With `audience`, of the cases whose policy names it or names nobody; without, of all.
    """

    id: UUID
    address: Annotated[str, Field(max_length=LONGEST_ADDRESS)]
    kinds: list[Kind] = []
    area: Annotated[str, Field(max_length=40)] | None = None
    audience: Annotated[str, Field(max_length=200)] | None = None

    @property
    def wish(self) -> Wish:
        """What it is to be told."""
        return Wish(self.kinds, self.area or None, self.audience or None)


class OrderForm(BaseModel):
    """That something be done with a webhook."""

    id: UUID


class StopForm(OrderForm):
    """That a webhook be told nothing for now, and why."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class ReplayForm(OrderForm):
    """That everything that was told from a moment on be sent once more."""

    since: Moment


class SecretView(BaseModel):
    """A webhook and its secret, which is shown once: null in the answer to a repeat, and for e-mails, which carry no signature."""

    number: int
    secret: str | None


class ReplayView(BaseModel):
    """How many notices are sent once more."""

    notices: int


class WebhookView(BaseModel):
    """A webhook as it stands: whom it tells of what, how much waits for it, since when the oldest."""

    number: int
    host: str
    kinds: list[str]
    area: str | None
    audience: str | None
    added_at: datetime
    added_by: str
    stopped_at: datetime | None
    stopped_for: str | None
    old_secret_until: datetime | None
    waiting: int
    oldest: datetime | None


@dataclass(frozen=True)
class AttemptView:
    """One attempt to send one notice: what was answered (null: nothing), and why it failed."""

    number: int
    at: datetime
    notice: int
    kind: str
    tube: str
    status: int | None
    milliseconds: int
    said: str


def webhook(row: AnyRow) -> WebhookView:
    """A webhook, as it is answered."""
    return WebhookView(**row._asdict())


def attempt(row: AnyRow) -> AttemptView:
    """A line of the log, as it is answered."""
    said: dict[str, Any] = row._asdict()
    return AttemptView(tube=said.pop("barcode"), **said)
