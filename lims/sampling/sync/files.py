"""A device's outbox as a file: one message of the sync, or several."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from lims.kernel.secrets import Keys
from lims.sampling.sync.envelopes import opened
from lims.sampling.sync.forms import SyncForm

MOST_TUBES = 500


class NoOutboxError(Exception):
    """The file is not what a device exports; the sentence says where it is not."""


def messages(content: bytes, keys: Keys) -> list[SyncForm]:
    """The messages in a file, sealed or not: JSON lines, a document, or a list of them. NoOutboxError before any of them is taken."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise NoOutboxError(f"byte {wrong.start} is not UTF-8") from None
    found = [form for number, document in enumerate(documents(opened(text, keys)), 1) for form in in_pieces(number, document)]
    if not found:
        raise NoOutboxError("it is empty")
    return found


def documents(text: str) -> Iterator[Any]:
    """The JSON documents of a text: the whole of it, the items of a list, or one a line."""
    try:
        whole = json.loads(text)
    except ValueError:
        yield from lines(text)
    else:
        yield from whole if isinstance(whole, list) else [whole]


def lines(text: str) -> Iterator[Any]:
    """One document a line."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError:
                raise NoOutboxError(f"line {number} is not JSON; was the file cut?") from None


def in_pieces(number: int, document: object) -> Iterator[SyncForm]:
    """One message in pieces that the sync takes: a device that was alone for long has more tubes than go into one."""
    tubes = document.get("tubes") if isinstance(document, dict) else None
    several = tubes if isinstance(tubes, list) else []
    for at in range(0, max(len(several), 1), MOST_TUBES):
        told = {**document, "tubes": several[at : at + MOST_TUBES] or tubes} if isinstance(document, dict) else document
        try:
            yield SyncForm.model_validate(told)
        except ValidationError as wrong:
            # The values themselves stay out of the sentence: they may be personal data.
            places = "; ".join(f"{'.'.join(str(step) for step in e['loc'])}: {e['msg']}" for e in wrong.errors(include_input=False))
            raise NoOutboxError(f"message {number}: {places}") from None
