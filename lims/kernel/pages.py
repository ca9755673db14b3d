"""The shape of every list: some items, and where to go on."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator

from lims.kernel.errors import Refused

T = TypeVar("T")
HIGHEST_POSITION = 2**15 - 1


# `?state=&lab=` asks for everything, as if the words were not there.
Blank = BeforeValidator(lambda value: value or None)


class Page(BaseModel, Generic[T]):
    """A piece of a list; `next` goes into `after` of the next request, null at the end."""

    items: list[T]
    next: str | None = None


def cursor(*parts: Any) -> str:  # noqa: ANN401 - whatever the list is ordered by
    """Where a list goes on, as an opaque word."""
    return base64.urlsafe_b64encode(json.dumps(parts, default=str).encode()).decode().rstrip("=")


def parts_of(after: str, *kinds: type[str | int | datetime]) -> list[Any]:
    """What `cursor` was made of, each part of its kind; Refused where it was not made by us."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        return [understood(part, kind) for part, kind in zip(parts, kinds, strict=True)]
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise Refused("cursor_malformed", "The cursor in `after` is not one of ours; start the list again.") from None


def understood(part: object, kind: type[str | int | datetime]) -> str | int | datetime:
    """One part of a cursor; ValueError where it is not of this kind (positions are small, words hold no control characters)."""
    if kind is int and isinstance(part, int) and not isinstance(part, bool) and 0 <= part <= HIGHEST_POSITION:
        return part
    if isinstance(part, str) and part.isprintable():
        if kind is str:
            return part
        if kind is datetime and (at := datetime.fromisoformat(part)).tzinfo is not None:
            return at
    raise ValueError(kind.__name__)
