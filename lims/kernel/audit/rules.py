"""How events become seals. Pure."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

from lims.kernel.secrets import keyed

P = ParamSpec("P")
T = TypeVar("T")
VERBS: set[str] = set()
FIRST = b"\x00" * 32


@dataclass(frozen=True)
class Happening:
    """Something to be written into the trail: `what` holds codes and numbers, never a name, number or phone of a person."""

    subject: str
    verb: str
    at: datetime
    what: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SealedRange:
    """What a seal says about the events it covers."""

    number: int
    epoch: int
    from_txid: int
    to_txid: int
    events: int
    root: bytes
    sealed_at: datetime


def audited(*verbs: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Declares which verbs an action writes into the trail; an action without this does not pass the tests."""

    def declare(action: Callable[P, T]) -> Callable[P, T]:
        VERBS.update(verbs)
        action.__audit__ = verbs  # type: ignore[attr-defined]  # read by the architecture test only
        return action

    return declare


def unaudited(reason: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Declares that an action changes nobody's state, and why."""

    def declare(action: Callable[P, T]) -> Callable[P, T]:
        action.__audit__ = ()  # type: ignore[attr-defined]  # read by the architecture test only
        action.__unaudited__ = reason  # type: ignore[attr-defined]  # read by the architecture test only
        return action

    return declare


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaves (SHA-256; leaves and nodes prefixed apart as in RFC 6962; an odd node is carried up)."""
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    if not level:
        return FIRST
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def signature(key: bytes, seal: SealedRange, previous: bytes) -> bytes:
    """The signature of a seal: nobody without the key can make one that fits its predecessor."""
    numbers = (seal.number, seal.epoch, seal.from_txid, seal.to_txid, seal.events)
    moment = seal.sealed_at.astimezone(UTC).isoformat()
    return keyed(key, *(str(number) for number in numbers), seal.root.hex(), moment, previous.hex())
