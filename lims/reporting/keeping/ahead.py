"""How far this process has read the trail by itself, beyond the worker: while that is away each page would read everything once more."""

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from lims.kernel.audit.queries import horizon
from lims.kernel.db import AnyRow
from lims.reporting.keeping import queries
from lims.reporting.keeping.queries import Touched


@dataclass(frozen=True)
class Place:
    """Everything before the transaction `beyond` was read, from the seal `after` on; none that was still running is before it."""

    after: tuple[Any, ...]
    beyond: int
    found: Touched


PLACES: WeakKeyDictionary[Engine, Place] = WeakKeyDictionary()


def told(connection: Connection, after: AnyRow) -> Touched:
    """What the trail tells after the seal up to which the worker has read: where that is much, what is new is read and the rest is known.

    What is known was read when a tube was as it was then. Whatever has changed its stages since was told after that, and is read.
    """
    place = PLACES.get(connection.engine)
    if place is None or place.after != tuple(after):
        place = Place(tuple(after), after.to_txid, Touched(0, None))
    new = queries.touched_by(queries.READ_AT_ONCE, connection, after, place.beyond)
    if new.events >= queries.READ_AT_ONCE and not place.found.is_too_much:
        beyond = max(place.beyond, horizon(connection))
        more = queries.touched_by(queries.UNREAD_AT_MOST, connection, after, place.beyond, beyond)
        place = PLACES[connection.engine] = Place(place.after, beyond, place.found.and_then(more))
        new = queries.touched(connection, after, beyond)
    return place.found.and_then(new)
