"""Asks a database how it understands statements, and where the tables in them would be."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.errors import Diagnostic

from lims.apps.migrate import ROOT
from lims.apps.placement import EVERYWHERE, group_of, spread_by
from tests.spreading.levels import Catalogue, Table
from tests.spreading.trees import Node, read

# A day's piece lies where its table does.
TABLES = """
SELECT piece.oid::integer, coalesce(whole.relname, piece.relname) AS name, coalesce(whole.oid, piece.oid)::integer AS whole
FROM pg_class AS piece LEFT JOIN pg_inherits ON inhrelid = piece.oid LEFT JOIN pg_class AS whole ON whole.oid = inhparent
WHERE piece.relkind IN ('r', 'p') AND piece.relnamespace = current_schema()::regnamespace
"""
COLUMNS = "SELECT attrelid::integer, attname, attnum FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped"
FUNCTIONS = "SELECT oid::integer, provolatile::text, proname FROM pg_proc"
EQUAL = "SELECT oid::integer FROM pg_operator WHERE oprname = '='"
GATHERED = ROOT / "lims/reporting/sql/gathered_into.sql"
GIVEN = re.compile(r"%\((\w+)\)s|%s")
# `IN (…)` of one value is a statement for one shard by chance alone.
LISTED = re.compile(r"(\bIN \()(%\((\w+)_1\)s)((?:::[\w ]+(?:\(\d+\))?)?)(?:, %\(\3_\d+\)s(?:::[\w ]+(?:\(\d+\))?)?)*(\))")


class Asker:
    """A connection on which statements are read by PostgreSQL; none of the program's is carried out."""

    def __init__(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        self.connection = connection
        self.told: list[str] = []
        connection.add_notice_handler(self.hear)
        connection.execute("SET client_min_messages = log")
        connection.execute("SET debug_pretty_print = off")
        # The table that reports make for themselves, and that is gone with their transaction.
        connection.execute(GATHERED.read_bytes().replace(b"ON COMMIT DROP", b""))
        self.catalogue = catalogue(connection)

    def hear(self, note: Diagnostic) -> None:
        """What the server says on the way."""
        if (note.message_primary or "").startswith("rewritten parse tree"):
            self.told.append(note.message_detail or "")

    def tree(self, statement: str) -> Node:
        """How PostgreSQL understands a statement, its views replaced by what they stand for."""
        query = self.trees(f"PREPARE judged AS {plain(statement)}")[-1]
        self.connection.execute("DEALLOCATE judged")
        return query

    def asked_within(self, statement: str) -> list[Node]:
        """What the functions that a statement calls ask in their turn, as far as this connection has not asked it before."""
        return self.trees(statement)[1:]

    def trees(self, statement: str) -> list[Node]:
        """Everything that PostgreSQL reads while it carries out a statement."""
        self.told.clear()
        self.connection.execute("SET debug_print_rewritten = on")
        try:
            self.connection.execute(statement.encode())
            return [query for told in self.told for query in read(told)]
        finally:
            self.connection.execute("SET debug_print_rewritten = off")


@contextmanager
def asking(url: str) -> Iterator[Asker]:
    """An asker of a database."""
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True) as connection:
        yield Asker(connection)


def catalogue(connection: psycopg.Connection[tuple[object, ...]]) -> Catalogue:
    """Where the tables of a database would be, and what its functions and operators are."""
    places = {(table, name): place for table, name, place in connection.execute(COLUMNS)}

    def placed(name: str, whole: object) -> Table:
        column = spread_by(name)
        place = places[whole, column] if column else None
        return Table(name, group_of(name), place if isinstance(place, int) else None, name in EVERYWHERE)

    functions = connection.execute(FUNCTIONS).fetchall()
    return Catalogue(
        {int(str(number)): placed(str(name), whole) for number, name, whole in connection.execute(TABLES)},
        frozenset(int(str(number)) for (number,) in connection.execute(EQUAL)),
        {int(str(number)): str(kind) for number, kind, _ in functions},
        {int(str(number)): str(name) for number, _, name in functions},
    )


def in_general(statement: str) -> str:
    """A statement whatever number of values it came with: lists are of two."""
    return LISTED.sub(r"\1\2\4, %(\3_2)s\4\5", statement)


def plain(statement: str) -> str:
    """A statement of the driver's with PostgreSQL's own places for values."""
    numbers: dict[str, int] = {}

    def place(found: re.Match[str]) -> str:
        name = found[1] or f"#{len(numbers)}"
        return f"${numbers.setdefault(name, len(numbers) + 1)}"

    return GIVEN.sub(place, statement).replace("%%", "%")
