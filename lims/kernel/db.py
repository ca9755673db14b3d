"""One PostgreSQL, a role for each kind of work, one transaction a request. The only file that commits.

A request's transaction is committed before its answer leaves: a device that was told "accepted" empties its outbox.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Engine,
    MetaData,
    Row,
    Text,
    TypeDecorator,
    bindparam,
    cast,
    column,
    create_engine,
    event,
    func,
)
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

from lims.kernel.errors import Refused
from lims.kernel.refusals import OF_CONSTRAINT, OF_GUARD

NAMES = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}
# A row of a result, whatever its columns: they are read by name, and the query beside says which there are.
AnyRow = Row[*tuple[Any, ...]]
REPORT_SECONDS = 20.0
STOPPED = "57014"  # the SQLSTATE of a statement that took longer than it may
DAY_OF_PARTITION = re.compile(r"_p(?:[0-9]{8}|default)(?=_)")


class Base(DeclarativeBase):
    """What every mapped class derives from; its metadata is what Alembic compares with the database."""

    metadata = MetaData(naming_convention=NAMES)


class Access(StrEnum):
    """With which database role a transaction runs: the bench's cannot read the person table, that of the reports writes nothing."""

    FIELD = "lims_field"
    BENCH = "lims_bench"
    REPORTS = "lims_reports"
    OWNER = ""


class Database:
    """Connection pools to one database, one for each role."""

    def __init__(self, url: str, connections: int = 8, *, standby_url: str | None = None, report_seconds: float = REPORT_SECONDS) -> None:
        self.url = url
        self._connections = connections
        self._standby_url = standby_url
        self._report_seconds = report_seconds
        self._engines: dict[Access, Engine] = {}

    def engine(self, access: Access) -> Engine:
        """The pool of this role, made at first use."""
        if access not in self._engines:
            # `-c role=…` sets the role when the connection opens: no statement a request, and no way to forget it.
            options = "-c timezone=UTC" + (f" -c role={access.value}" if access.value else "")
            if access is Access.REPORTS:
                # Whoever looks on never holds up whoever writes: no lock that a write waits for, and an end to every question.
                options += f" -c default_transaction_read_only=on -c statement_timeout={round(self._report_seconds * 1000)}"
            engine = create_engine(
                self._standby_url if self._standby_url and self.reads_elsewhere(access) else self.url,
                pool_size=self._connections,
                max_overflow=0,
                pool_timeout=30,
                pool_pre_ping=False,
                hide_parameters=True,  # an error's text says what was asked, never with which values
                connect_args={"options": options, "connect_timeout": 10},
            )
            event.listen(engine, "before_cursor_execute", count_statement)
            self._engines[access] = engine
        return self._engines[access]

    def reads_elsewhere(self, access: Access) -> bool:
        """Whether this role reads on a standby, which may be behind."""
        return access is Access.REPORTS and self._standby_url is not None

    @contextmanager
    def transaction(self, access: Access) -> Iterator[Connection]:
        """One transaction, committed at the end of the block; a violated constraint comes out as the Refused it stands for."""
        try:
            with self.engine(access).begin() as connection:
                connection.info["statements"] = 0
                yield connection
        except IntegrityError as violation:
            raise translated(violation) from violation
        except OperationalError as broken:
            if getattr(broken.orig, "sqlstate", None) == STOPPED:
                raise Refused(
                    "question_too_long",
                    "This took longer than {seconds} s and was stopped, so that it holds up nobody. Ask for less: "
                    "fewer days, or one lab or site.",
                    seconds=round(self._report_seconds),
                ) from broken
            if broken.connection_invalidated or not getattr(broken.orig, "sqlstate", None):
                raise Refused("database_unreachable", "The database does not answer; the message was not taken, send it again.") from broken
            raise

    @contextmanager
    def owner(self) -> Iterator[Connection]:
        """A connection of the schema's owner, for migrations: they commit by themselves."""
        with self.engine(Access.OWNER).connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close every pool."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()


def count_statement(connection: Connection, *_: object) -> None:
    """Counts the statements of a transaction: requests say in a header how many they needed."""
    connection.info["statements"] = connection.info.get("statements", 0) + 1


def translated(violation: IntegrityError) -> Exception:
    """The refusal that a violated constraint stands for; the violation itself where nobody foresaw it."""
    diagnostics = getattr(violation.orig, "diag", None)
    # Of a partitioned table PostgreSQL names the constraint of the day's partition.
    name = DAY_OF_PARTITION.sub("", getattr(diagnostics, "constraint_name", None) or "", count=1)
    refusal = OF_CONSTRAINT.get(name) or OF_GUARD.get(name)
    return Refused(*refusal) if refusal else violation


class Bytes(TypeDecorator[bytes]):
    """A bytea that also travels inside a JSON document, as PostgreSQL's own hex notation."""

    impl = BYTEA
    cache_ok = True


def incoming(**types: TypeEngine[Any]) -> TableValuedAlias:
    """Rows that come with the execution, in the parameter `document`: a statement over them is built once and kept."""
    return expanded(cast(bindparam("document", type_=Text), JSON), types)


def records(rows: Iterable[Mapping[str, Any]], **types: TypeEngine[Any]) -> TableValuedAlias:
    """Rows as a table to select from, where building the statement each time does not matter."""
    return expanded(cast(bindparam(None, document(rows), Text), JSON), types)


def expanded(source: ColumnElement[Any], types: Mapping[str, TypeEngine[Any]]) -> TableValuedAlias:
    """One JSON document through `json_to_recordset`: the quickest way in, whatever the number of rows."""
    columns = [column(name, kind) for name, kind in types.items()]
    return func.json_to_recordset(source).table_valued(*columns).render_derived(name="record", with_types=True)


def document(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as that document."""
    return DOCUMENT.encode([*rows])


def as_json(value: object) -> str:
    """What JSON has no word for: bytes as PostgreSQL's hex, all else (times, UUIDs, enums) as text."""
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if isoformat else str(value)


DOCUMENT = json.JSONEncoder(ensure_ascii=False, default=as_json)
