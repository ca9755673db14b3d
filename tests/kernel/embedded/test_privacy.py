"""Nobody else gets in, and nothing about a person gets out through the log."""

import os
from pathlib import Path

import psycopg
import pytest

from lims.kernel.embedded import EmbeddedServer

NUMBER = "360426199101010071"


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_cluster_socket_and_password_are_closed_to_everybody_else(data_dir: Path) -> None:
    with EmbeddedServer(data_dir):
        home = data_dir / "postgres"
        assert [mode(home / "cluster"), mode(home / "run"), mode(home / "password")] == [0o700, 0o700, 0o600]
        assert mode(data_dir) & 0o066 == 0, "others may at most pass through"
        assert {mode(file) for file in (home / "cluster/log").iterdir()} == {0o600}


def test_the_folders_above_keep_their_permissions_and_owners(base: Path, data_dir: Path) -> None:
    data_dir.mkdir(mode=0o751)
    above = [data_dir, base, *base.parents]
    before = [(folder.stat().st_mode, folder.stat().st_uid, folder.stat().st_gid) for folder in above]
    with EmbeddedServer(data_dir):
        pass
    assert [(folder.stat().st_mode, folder.stat().st_uid, folder.stat().st_gid) for folder in above] == before


def test_a_connection_without_the_password_is_refused(data_dir: Path) -> None:
    with EmbeddedServer(data_dir) as url:
        _, _, rest = url.partition("@")
        for attempt in (f"postgresql://lims@{rest}", f"postgresql://lims:guess@{rest}", f"postgresql://postgres@{rest}"):
            with pytest.raises(psycopg.OperationalError, match=r"password|authentication"):
                psycopg.connect(attempt)


def test_a_programs_own_environment_does_not_lead_it_to_another_server(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "6543")
    monkeypatch.setenv("PGDATA", "/nowhere")
    with EmbeddedServer(data_dir) as url, psycopg.connect(url.replace("+psycopg", "")) as connection:
        assert connection.execute("SHOW port").fetchone() == ("5432",)


def test_no_error_writes_what_a_statement_carried_into_the_log(data_dir: Path) -> None:
    with EmbeddedServer(data_dir) as url:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CREATE TABLE person (number text PRIMARY KEY CHECK (length(number) = 18))")
            connection.execute("INSERT INTO person VALUES (%s)", [NUMBER])
            for statement in (
                "INSERT INTO person VALUES (%s)",
                "INSERT INTO person VALUES (%s || 'x')",
                "SELECT %s::text::date",
                "SELECT 1 / 0, %s::text",
                f"SELECT '{NUMBER}'::date, %s::text",
                f"SELECT nothing_{NUMBER}, %s::text",
                f"DO $$ BEGIN RAISE WARNING '{NUMBER}'; RAISE EXCEPTION '{NUMBER}'; END $$ -- %s",
            ):
                with pytest.raises(psycopg.Error):
                    connection.execute(statement, [NUMBER])
        logs = [*(data_dir / "postgres/cluster/log").iterdir(), data_dir / "postgres/cluster/startup.log"]
        written = "".join(log.read_text() for log in logs)
    assert "ready to accept connections" in written
    assert NUMBER not in written


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make the folder of another account")
def test_a_home_that_belongs_to_another_account_is_refused(data_dir: Path) -> None:
    (data_dir / "postgres").mkdir(parents=True)
    os.chown(data_dir / "postgres", 12345, 12345)
    with pytest.raises(Exception, match="belongs to the account with number 12345"), EmbeddedServer(data_dir):
        pass
