"""A schema that moves while hosts serve."""

import threading

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from lims.apps import migrate
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import Program


def test_a_host_serves_its_own_schema_and_a_newer_one_but_no_older_one() -> None:
    scripts = [script.revision for script in ScriptDirectory.from_config(migrate.config()).walk_revisions()]
    assert migrate.serves(scripts[0])
    assert migrate.serves("of-the-next-version")
    assert not any(migrate.serves(older) for older in [*scripts[1:], None])


def test_the_schema_is_made_on_a_machine_that_knows_ascii_alone() -> None:
    # Alembic reads its file in the encoding of the machine; with LC_ALL=C, as many scripts set it, that is ASCII.
    assert (migrate.ROOT / "alembic.ini").read_bytes().isascii()


def test_what_is_missing_comes_in_order() -> None:
    assert migrate.missing("0003")[:2] == ["0004", "0005"]
    assert migrate.missing(migrate.head() or "") == []


def test_a_migration_that_finds_a_table_locked_lets_others_pass_and_comes_again(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(migrate, "TRIES", 100)
    monkeypatch.setattr(command, "upgrade", locking)
    held, tried = threading.Event(), threading.Event()
    TRIED.append(tried)

    def hold() -> None:
        with program.database.transaction(Access.OWNER) as connection:
            connection.execute(text("LOCK TABLE seal IN ACCESS EXCLUSIVE MODE"))
            held.set()
            assert tried.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(60)
    migrate.step(program.database, "0001")
    holder.join()


def test_a_migration_that_never_gets_its_locks_says_so(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(migrate, "TRIES", 2)
    monkeypatch.setattr(command, "upgrade", locking)
    TRIED.append(threading.Event())
    with program.database.transaction(Access.OWNER) as connection:
        connection.execute(text("LOCK TABLE seal IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(Refused) as refused:
            migrate.step(program.database, "0001")
    assert refused.value.code == "schema_busy"


TRIED: list[threading.Event] = []


def locking(found: Config, _revision: str) -> None:
    """A migration that wants a table for itself; it says when it has tried."""
    connection = found.attributes["connection"]
    connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
    try:
        connection.execute(text("LOCK TABLE seal IN ACCESS EXCLUSIVE MODE"))
    finally:
        TRIED[-1].set()
