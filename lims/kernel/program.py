"""What one running process holds: its database, its keys, its settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lims.kernel.db import Database
from lims.kernel.embedded import EmbeddedServer
from lims.kernel.secrets import Keys
from lims.kernel.settings import Settings


@dataclass(frozen=True)
class Program:
    """Handed to everything that needs more than a connection."""

    database: Database
    keys: Keys
    settings: Settings


@contextmanager
def running(settings: Settings, connections: int | None = None, *, owner_waits: bool = True) -> Iterator[Program]:
    """The program with its database: the given one, or its own embedded server, started or joined for as long as this runs."""
    # A request may need a second connection beside its own (to keep a file, to count a guess), never a third.
    size = connections or 2 * settings.request_threads
    if settings.database_url:
        yield from _opened(settings, _with_driver(settings.database_url), size, owner_waits=owner_waits)
        return
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with EmbeddedServer(settings.data_dir) as url:
        yield from _opened(settings, url, size, owner_waits=owner_waits)


def _opened(settings: Settings, url: str, connections: int, *, owner_waits: bool) -> Iterator[Program]:
    standby, pooler = (_with_driver(given) if given else None for given in (settings.standby_url, settings.pooler_url))
    database = Database(
        url, connections, standby_url=standby, pooler_url=pooler, report_seconds=settings.report_seconds, owner_waits=owner_waits
    )
    try:
        yield Program(database, Keys.derive(settings.secret()), settings)
    finally:
        database.close()


def _with_driver(url: str) -> str:
    """A plain PostgreSQL address, as operators write it, with the driver SQLAlchemy should use."""
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url
