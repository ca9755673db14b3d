"""One PostgreSQL, a role for each kind of work, one transaction a request. The only file that commits.

A request's transaction is committed before its answer leaves: a device that was told "accepted" empties its outbox.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import (
    JSON,
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
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.engine.interfaces import DBAPIConnection
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
HELD = "55P03"  # of one that did not get a lock in time
OVERTAKEN = "40001"  # and of one on a standby that stood in the way of what it was told
SPREAD = "spread"  # under this name a connection knows whether its tables are spread over several servers
# A server that is gone, or behind a cut line, says nothing: after so long without an answer to what was sent (ms), or to a question whether
# it is there (s), a connection is given up. The system alone would wait for a quarter of an hour, with every thread.
LINE = {"connect_timeout": 10, "tcp_user_timeout": 20_000, "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3}
# Whoever asks no more than whether it is there has a line of its own, which is given up soon: as soon as it is back, that is seen.
SHORT_LINE = {"connect_timeout": 2, "tcp_user_timeout": 2_000, "keepalives_idle": 1, "keepalives_interval": 1, "keepalives_count": 2}
# Somebody who rebuilds a table holds it for minutes. Requests do not wait for that with every thread: after so long (s) they are told to
# come again, before the phone that sent them gives up (half a minute, part of which it waited for a place). Commands may wait.
HELD_SECONDS = 8
# A host that stands still (its machine is paused, its disk hangs) keeps its transactions open: what they hold is held for everybody, and
# nothing that came after them is sealed. After so long without a word (s) the database ends them; commands may think for longer.
SILENT_SECONDS, OWNER_SILENT_SECONDS = 120, 600
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
    """Connection pools to one database, one for each role; `connections` is how many of a role may be open at once.

    Half of them stay open: a process that has met a crowd at the field must not keep what the bench needs later.
    `owner_waits`: the owner's work waits for whoever holds a table; where it does not, it is told to come again as requests are.
    """

    def __init__(
        self,
        url: str,
        connections: int = 8,
        *,
        standby_url: str | None = None,
        pooler_url: str | None = None,
        report_seconds: float = REPORT_SECONDS,
        owner_waits: bool = True,
    ) -> None:
        self.url = url
        self._connections = connections
        self._standby_url = standby_url
        self._pooler_url = pooler_url
        self._report_seconds = report_seconds
        self._owner_waits = owner_waits
        self._engines: dict[tuple[Access, bool, bool], Engine] = {}
        self.spread: bool | None = None  # whether the tables are spread over several servers; asked at the first transaction

    def engine(self, access: Access, *, direct: bool = False, soon: bool = False) -> Engine:
        """The pool of this role, made at first use; `direct` goes past a pooler, for what lasts longer than a transaction.

        `soon` is another one, whose lines are given up after two seconds of silence.
        """
        pooler = None if direct or self.reads_elsewhere(access) else self._pooler_url
        key = access, pooler is not None, soon
        if key not in self._engines:
            standby = self._standby_url if self.reads_elsewhere(access) else None
            line = SHORT_LINE if soon else LINE
            self._engines[key] = self._made(pooler or standby or self.url, self._settings(access), line, pooled=pooler is not None)
        return self._engines[key]

    def _settings(self, access: Access) -> dict[str, str]:
        """What holds for every transaction of a role."""
        silent = SILENT_SECONDS if access.value else OWNER_SILENT_SECONDS
        settings = {"timezone": "UTC", "idle_in_transaction_session_timeout": f"{silent}s"}
        if access.value:
            settings |= {"role": access.value}
        if access.value or not self._owner_waits:
            settings |= {"lock_timeout": f"{HELD_SECONDS}s"}
        if access is Access.REPORTS:
            # Whoever looks on never holds up whoever writes: no lock that a write waits for, and an end to every question.
            settings |= {"transaction_read_only": "on", "statement_timeout": str(round(self._report_seconds * 1000))}
            # A plan for any range of days reads all of them: from its eleventh time on, 60 days of prevalence took 2.1 s, not 0.08 s.
            settings |= {"plan_cache_mode": "force_custom_plan"}
        if access is Access.OWNER:
            # From the beginning: a session that has made a table of its own once cannot be given more memory for the next.
            settings |= {"temp_buffers": "64MB"}
        return settings

    def _made(self, url: str, settings: dict[str, str], line: dict[str, int], *, pooled: bool) -> Engine:
        """A pool of connections that have these settings.

        They are set when a connection opens: no statement a request, and no way to forget it. Through a pooler every transaction may
        meet another connection: each then sets them for itself, and nothing is left on the connection, prepared statements neither.
        """
        opening = " ".join(f"-c {name.replace('transaction_read', 'default_transaction_read')}={value}" for name, value in settings.items())
        kept = (self._connections + 1) // 2
        # Reports put together what was kept and what was told since: both as of one moment, whatever is written between two questions.
        level = "REPEATABLE READ" if settings.get("role") == Access.REPORTS else None
        engine = create_engine(
            url,
            pool_size=kept,
            max_overflow=self._connections - kept,
            pool_timeout=30,
            pool_pre_ping=False,
            isolation_level=level,
            hide_parameters=True,  # an error's text says what was asked, never with which values
            connect_args=line | ({"prepare_threshold": None} if pooled else {"options": opening}),
        )
        event.listen(engine, "before_cursor_execute", count_statement)
        if pooled:
            event.listen(engine, "begin", partial(set_for_this_transaction, settings))
        elif role := settings.get("role"):
            event.listen(engine, "connect", partial(refuse_another_role, role))
        return engine

    def reads_elsewhere(self, access: Access) -> bool:
        """Whether this role reads on a standby, which may be behind."""
        return access is Access.REPORTS and self._standby_url is not None

    @contextmanager
    def transaction(self, access: Access, *, soon: bool = False) -> Iterator[Connection]:
        """One transaction, committed at the end of the block; a violated constraint comes out as the Refused it stands for.

        `soon`: over a line that is given up after two seconds of silence.
        """
        try:
            with self.engine(access, soon=soon).begin() as connection:
                connection.info[SPREAD] = self.is_spread(connection)
                connection.info["statements"] = 0
                yield connection
        except IntegrityError as violation:
            raise translated(violation) from violation
        except OperationalError as broken:
            raise (self._refusal(broken) or broken) from broken.orig

    def _refusal(self, broken: OperationalError) -> Refused | None:
        """What whoever asked is told of a failure that passes; None where it is none of these."""
        state = getattr(broken.orig, "sqlstate", None)
        if state == STOPPED:
            return Refused(
                "question_too_long",
                "This took longer than {seconds} s and was stopped, so that it holds up nobody. Ask for less: "
                "fewer days, or one lab or site.",
                seconds=round(self._report_seconds),
            )
        if state == HELD:
            return Refused(
                "database_held",
                "Somebody holds what this needs in the database, a table that is rebuilt for example; "
                "nothing was taken, send it again later.",
            )
        if broken.connection_invalidated or state in (None, OVERTAKEN):
            return Refused("database_unreachable", "The database does not answer; the message was not taken, send it again.")
        return None

    def is_spread(self, connection: Connection) -> bool:
        """Whether the tables are spread over several servers: then `lims db distribute` has made `lock_rows`."""
        if self.spread is None:
            self.spread = connection.execute(select(func.to_regproc("lock_rows"))).scalar_one() is not None
        return self.spread

    @contextmanager
    def owner(self) -> Iterator[Connection]:
        """A connection of the schema's owner, for migrations: they commit by themselves."""
        with self.engine(Access.OWNER, direct=True).connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close every pool."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()


def set_for_this_transaction(settings: Mapping[str, str], connection: Connection) -> None:
    """Begin with the settings of a role, which end with the transaction."""
    values = ", ".join("set_config(%s, %s, true)" for _ in settings)
    connection.exec_driver_sql(f"SELECT {values}", tuple(part for pair in settings.items() for part in pair))


def refuse_another_role(role: str, connection: DBAPIConnection, _record: object) -> None:
    """A pooler that drops what a connection opens with would leave us the owner's rights, and the bench could read names."""
    cursor = connection.cursor()
    cursor.execute("SELECT current_user")
    if cursor.fetchone() != (role,):
        raise Refused(
            "role_not_taken",
            "A connection did not get its role {role}: a pooler stands between and drops it. Name the pooler in LIMS_POOLER_URL, "
            "and the database itself in LIMS_DATABASE_URL and LIMS_STANDBY_URL.",
            role=role,
        )
    connection.rollback()


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
    """A bytea that also travels inside a JSON document or an array, as PostgreSQL's own hex notation."""

    impl = BYTEA
    cache_ok = True


def incoming(**types: TypeEngine[Any]) -> TableValuedAlias:
    """Rows that come with the execution, column by column (see `columns`): a statement over them is built once and kept.

    Arrays cost the database half of what `json_to_recordset` does, which makes a table of names for every row.
    """
    arrays = [cast(bindparam(f"every_{name}", type_=Text), ARRAY(kind)) for name, kind in types.items()]
    return func.unnest(*arrays).table_valued(*(column(name, kind) for name, kind in types.items())).render_derived(name="record")


def columns(**values: Iterable[object]) -> dict[str, str]:
    """The columns of such rows, each as long as the others, as parameters of the statement."""
    return {f"every_{name}": array_of(column_values) for name, column_values in values.items()}


def array_of(values: Iterable[object]) -> str:
    """Values as PostgreSQL writes an array: driver and SQLAlchemy would take ten times as long to do it value by value."""
    return f"{{{','.join([WRITTEN.get(type(value), quoted)(value) for value in values])}}}"


def quoted(value: object) -> str:
    """A text inside an array."""
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


WRITTEN: dict[type, Callable[[Any], str]] = {
    int: int.__repr__,
    UUID: lambda value: value.hex,
    datetime: datetime.isoformat,
    date: date.isoformat,
    bytes: lambda value: "\\\\x" + value.hex(),
    type(None): lambda _: "NULL",
}


def records(rows: Iterable[Mapping[str, Any]], **types: TypeEngine[Any]) -> TableValuedAlias:
    """Rows as a table to select from, where building the statement each time does not matter."""
    source = cast(bindparam(None, document(rows), Text), JSON)
    expanded = func.json_to_recordset(source).table_valued(*(column(name, kind) for name, kind in types.items()))
    return expanded.render_derived(name="record", with_types=True)


def document(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as that document."""
    # By pydantic's writer: it takes a sixth of the time of `json`.
    plain = [{name: as_json(value) if isinstance(value, bytes) else value for name, value in row.items()} for row in rows]
    return to_json(plain, fallback=str).decode()


def as_json(value: object) -> str:
    """What JSON has no word for: bytes as PostgreSQL's hex, all else (times, UUIDs, enums) as text."""
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if isoformat else str(value)
