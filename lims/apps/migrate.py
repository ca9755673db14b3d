"""Bringing the schema up to date."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from lims.kernel.db import Access, Database

ROOT = Path(__file__).parents[2]


def config() -> Config:
    """Alembic's configuration, found beside the package."""
    return Config(str(ROOT / "alembic.ini"))


def upgrade(database: Database) -> None:
    """Run every migration that is missing."""
    found = config()
    with database.owner() as connection:
        found.attributes["connection"] = connection
        command.upgrade(found, "head")


def prepare_roles(database: Database) -> None:
    """The roles that a backup's grants speak of; they belong to the cluster, not to the database."""
    with database.transaction(Access.OWNER) as connection:
        known = set(connection.execute(text("SELECT rolname FROM pg_roles")).scalars())
        for role in (Access.FIELD, Access.BENCH, Access.REPORTS):
            if role.value not in known:
                connection.execute(text(f"CREATE ROLE {role.value} NOLOGIN"))


def head() -> str | None:
    """The newest migration this program knows."""
    return ScriptDirectory.from_config(config()).get_current_head()


def current(database: Database) -> str | None:
    """The newest migration this database has."""
    with database.transaction(Access.OWNER) as connection:
        return MigrationContext.configure(connection).get_current_revision()
