"""What is read from all tubes of some weeks: it takes seconds and changes slowly, so a process keeps it for ten minutes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

T = TypeVar("T")
KEPT_FOR = timedelta(minutes=10)


class Recent(Generic[T]):
    """The last answer to one question for each database, while it is young enough."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.known: WeakKeyDictionary[Engine, tuple[datetime, T]] = WeakKeyDictionary()

    def at(self, connection: Connection, now: datetime, read: Callable[[], T]) -> T:
        """The answer as of now, or of at most ten minutes ago."""
        made_at, answer = self.known.get(connection.engine, (None, None))
        if made_at is None or answer is None or not timedelta() <= now - made_at < KEPT_FOR:
            answer = read()
            self.known[connection.engine] = (now, answer)
        return answer
