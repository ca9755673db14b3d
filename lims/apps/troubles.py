"""What the worker does where something fails round after round: it says so once, and what is done outside is written down in the end."""

import logging
from collections.abc import Callable

from sqlalchemy import Connection

from lims.kernel.db import Access, Database
from lims.kernel.errors import Refused

log = logging.getLogger("lims.worker")
HELD = "database_held"


class Trouble:
    """Of something that is tried again and again: the log is told when it begins to fail, when it fails otherwise, and when it goes on."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._seen = ""

    def seen(self, trouble: Exception) -> None:
        """It failed; by its code or its kind, never by its text, which may hold values."""
        name = trouble.code if isinstance(trouble, Refused) else type(trouble).__name__
        if name != self._seen:
            log.warning("%s: waits, %s", self._what, name)
        self._seen = name

    def over(self) -> None:
        """It was done."""
        if self._seen:
            log.warning("%s: goes on", self._what)
        self._seen = ""


def is_held(trouble: Exception) -> bool:
    """Whether somebody else has a table for themselves, and that is all."""
    return isinstance(trouble, Refused) and trouble.code == HELD


def written(database: Database, write: Callable[[Connection], object]) -> None:
    """Write down what was done outside and would be done twice if nobody knew, however long somebody holds a table.

    In a transaction after the other, each of which gives up: one that waited for minutes would keep everything that came after it from
    being sealed.
    """
    while True:
        try:
            with database.transaction(Access.OWNER) as connection:
                write(connection)
                return
        except Refused as trouble:
            if not is_held(trouble):
                raise
