"""The shape of every list: some items, and where to go on."""

import base64
import binascii
import json
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator

from lims.kernel.errors import Refused

T = TypeVar("T")


# `?state=&lab=` asks for everything, as if the words were not there.
Blank = BeforeValidator(lambda value: value or None)


class Page(BaseModel, Generic[T]):
    """A piece of a list; `next` goes into `after` of the next request, null at the end."""

    items: list[T]
    next: str | None = None


def cursor(*parts: Any) -> str:  # noqa: ANN401 - whatever the list is ordered by
    """Where a list goes on, as an opaque word."""
    return base64.urlsafe_b64encode(json.dumps(parts, default=str).encode()).decode().rstrip("=")


def parts_of(after: str, count: int) -> list[Any]:
    """What `cursor` was made of; Refused where it was not made by us."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (binascii.Error, ValueError):
        parts = None
    if not isinstance(parts, list) or len(parts) != count:
        raise Refused("cursor_malformed", "The cursor in `after` is not one of ours; start the list again.")
    return parts
