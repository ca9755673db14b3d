"""Whether the trail is whole: every seal recomputed from the events it covers."""

from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Connection

from lims.kernel.audit import queries
from lims.kernel.audit.rules import FIRST, SealedRange, merkle_root, signature
from lims.kernel.db import AnyRow


@dataclass(frozen=True)
class Finding:
    """The first broken link, or how much was verified."""

    seals: int
    events: int
    broken: str | None


def verify(connection: Connection, key: bytes, known_head: int = 0) -> Finding:
    """Recompute the chain; `known_head` is the number of the newest seal somebody outside remembers."""
    previous, expected, events, end = FIRST, 1, 0, (0, 0)
    for row, leaves in queries.leaves_by_seal(connection, queries.seals(connection)):
        seal = range_of(row)
        wrong = None
        if seal.number != expected:
            wrong = f"seal {expected} is missing"
        elif signature(key, seal, previous) != row.signature:
            wrong = f"seal {seal.number} was altered"
        elif (seal.epoch, seal.from_txid) < end:
            wrong = f"seal {seal.number} overlaps its predecessor"
        elif len(leaves) != seal.events:
            wrong = f"seal {seal.number} of {row.sealed_at:%Y-%m-%d %H:%M:%S}Z covers {seal.events} events, {len(leaves)} are there"
        elif merkle_root(leaves) != seal.root:
            wrong = f"an event under seal {seal.number} of {row.sealed_at:%Y-%m-%d %H:%M:%S}Z was altered"
        if wrong:
            return Finding(expected - 1, events, wrong)
        previous, expected, events, end = row.signature, expected + 1, events + seal.events, (seal.epoch, seal.to_txid)
    if expected - 1 < known_head:
        return Finding(expected - 1, events, f"the chain ends at seal {expected - 1}, but seal {known_head} was seen")
    slipped = queries.unsealed_before(connection, *end) - events
    broken = f"{slipped} events were put into a range already sealed" if slipped else None
    return Finding(expected - 1, events, broken)


def range_of(row: AnyRow) -> SealedRange:
    """What a stored seal says it covers."""
    return SealedRange(row.number, row.epoch, row.from_txid, row.to_txid, row.events, row.root, row.sealed_at)


def begun_with(connection: Connection, key: bytes) -> bool:
    """Whether this key signed the first seal or the newest. Where it signed neither, the trail is another key's, as after a restore.

    Then nobody may go on with it: seals of two keys would verify with neither.
    """
    first, last = queries.outer_seals(connection)
    links = [(first, FIRST)] if first is not None else []
    links += [(row, before.signature) for row, before in pairwise(last)]
    return not links or any(signature(key, range_of(row), previous) == row.signature for row, previous in links)
