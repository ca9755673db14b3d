"""Bringing the schema up to date."""

from functools import cache
from pathlib import Path
from time import sleep

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from lims.kernel.db import Access, Database
from lims.kernel.errors import Refused

ROOT = Path(__file__).parents[2]
LOCKED = "55P03"  # the SQLSTATE of a lock that was not to be had in time
TRIES = 30
PAUSE_SECONDS = 1.0


def config() -> Config:
    """Alembic's configuration, found beside the package."""
    return Config(str(ROOT / "alembic.ini"))


@cache
def scripts() -> ScriptDirectory:
    """The migrations of this program, read once: balancers ask for them every other second."""
    return ScriptDirectory.from_config(config())


def upgrade(database: Database) -> None:
    """Run every migration that is missing; nothing where the schema is this program's, or a newer one's.

    Each commits by itself, so that nobody waits for more than one; an empty database, which nobody uses, comes up in one go.
    Refused where somebody held a lock for so long that every try was given up: what was done stays, and the next call goes on from there.
    """
    have = current(database)
    if have is not None and not is_known(have):
        return
    for revision in ["head"] if have is None else missing(have):
        step(database, revision)


def missing(have: str) -> list[str]:
    """The migrations after this one, next one first."""
    return [script.revision for script in scripts().iterate_revisions("head", have)][::-1]


def step(database: Database, revision: str) -> None:
    """Migrate so far. A migration waits two seconds for a lock, then lets pass who queued behind it, and comes again."""
    for _ in range(TRIES):
        found = config()
        try:
            with database.owner() as connection:
                found.attributes["connection"] = connection
                command.upgrade(found, revision)
        except OperationalError as busy:
            if getattr(busy.orig, "sqlstate", None) != LOCKED:
                raise
            sleep(PAUSE_SECONDS)
        else:
            return
    raise Refused(
        "schema_busy",
        "Migration {revision} did not get its locks in {tries} tries; nothing of it was done. Try again when less is going on, or end what "
        "holds them.",
        revision=revision,
        tries=TRIES,
    )


def serves(have: str | None) -> bool:
    """Whether this program can work with a schema: its own, or a newer one, which only adds to what this program knows.

    While hosts are upgraded one after the other, the schema is ahead of those that are still to come.
    """
    return have is not None and (have == head() or not is_known(have))


def is_known(revision: str) -> bool:
    """Whether this program has a migration."""
    return revision in {script.revision for script in scripts().walk_revisions()}


def prepare_roles(database: Database) -> None:
    """The roles that a backup's grants speak of; they belong to the cluster, not to the database."""
    with database.transaction(Access.OWNER) as connection:
        known = set(connection.execute(text("SELECT rolname FROM pg_roles")).scalars())
        for role in (Access.FIELD, Access.BENCH, Access.REPORTS):
            if role.value not in known:
                connection.execute(text(f"CREATE ROLE {role.value} NOLOGIN"))


def head() -> str | None:
    """The newest migration this program knows."""
    return scripts().get_current_head()


def current(database: Database) -> str | None:
    """The newest migration this database has."""
    with database.transaction(Access.OWNER) as connection:
        return current_of(connection)


def current_of(connection: Connection) -> str | None:
    """The newest migration of the database at the other end."""
    return MigrationContext.configure(connection).get_current_revision()
