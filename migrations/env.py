"""How Alembic finds the tables and the database."""

from typing import Any

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql.base import ischema_names

from lims.apps.schema import METADATA
from lims.kernel.audit.tables import Xid8
from lims.kernel.partitions import BY_DAY
from lims.kernel.program import running
from lims.kernel.settings import settings

UPGRADE_LOCK = 7_301_000


ischema_names["xid8"] = Xid8


def is_partition(name: str | None) -> bool:
    """Whether a table is one day's piece of another, made at run time."""
    return name is not None and any(name.startswith(f"{parent}_p") for parent in BY_DAY)


def include_object(thing: Any, name: str | None, kind: str, reflected: bool, _compared: object) -> bool:  # noqa: ANN401, FBT001 - Alembic's own signature
    """Only the parents of partitions are Alembic's business, and only the foreign keys that point at them."""
    if kind == "foreign_key_constraint" and reflected:
        return not any(is_partition(element.target_fullname.split(".")[0]) for element in thing.elements)
    return not (kind == "table" and reflected and is_partition(name))


def migrate(connection: Connection) -> None:
    """Run what is asked for, one process at a time."""
    options: dict[str, Any] = {"target_metadata": METADATA, "include_object": include_object, "compare_type": True}
    context.configure(connection=connection, transaction_per_migration=False, **options)
    with context.begin_transaction():
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with running(settings()) as program, program.database.owner() as connection:
        migrate(connection)
