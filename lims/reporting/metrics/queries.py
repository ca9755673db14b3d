"""How much of what ends is taken."""

from sqlalchemy import Connection, text

from lims.kernel.db import AnyRow

CONNECTIONS = """SELECT (SELECT sum(numbackends) FROM pg_stat_database)::int AS taken,
  current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
  - coalesce(current_setting('reserved_connections', true)::int, 0) AS room"""


def connections(connection: Connection) -> AnyRow:
    """How many connections the database's server has, and for how many it has room."""
    return connection.execute(text(CONNECTIONS)).one()
