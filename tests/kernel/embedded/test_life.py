"""The server's life, in the hands of several programs that come, go and die."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg.pq import PGconn, Ping
from sqlalchemy import NullPool, create_engine, text

from lims.kernel.embedded import EmbeddedServer
from tests.kernel.embedded.conftest import Program


def plain(url: str) -> str:
    return url.replace("+psycopg", "")


def up(url: str) -> bool:
    return PGconn.ping(plain(url).encode()) == Ping.OK


def write(url: str, rows: int) -> None:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS tube (barcode int PRIMARY KEY)")
        for barcode in range(rows):
            connection.execute("INSERT INTO tube VALUES (%s)", [barcode])


def rows(url: str) -> int:
    with psycopg.connect(plain(url)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM tube").fetchone() or (0,)
        return int(count)


def kill_all_server_processes(data_dir: Path) -> None:
    server = int((data_dir / "postgres/cluster/postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    for pid in [server, *map(int, children)]:
        os.kill(pid, signal.SIGKILL)


def test_an_empty_folder_becomes_a_running_database_that_sqlalchemy_can_use(data_dir: Path) -> None:
    with EmbeddedServer(data_dir) as url, create_engine(url, poolclass=NullPool).connect() as connection:
        settings = {row.name: row.setting for row in connection.execute(text("SELECT name, setting FROM pg_settings"))}
        database = connection.scalar(text("SELECT current_database() || ' of ' || current_user"))
    assert database == "lims of lims"
    assert (settings["fsync"], settings["synchronous_commit"], settings["data_checksums"]) == ("on", "on", "on")
    assert (settings["listen_addresses"], settings["TimeZone"], settings["jit"]) == ("", "UTC", "off")
    assert (settings["max_connections"], settings["max_locks_per_transaction"]) == ("200", "256")
    assert not up(url)


def test_what_was_committed_is_there_the_next_time_at_the_same_address(data_dir: Path) -> None:
    with EmbeddedServer(data_dir) as first:
        write(first, 3)
    with EmbeddedServer(data_dir) as second:
        assert rows(second) == 3
    assert first == second


def test_the_second_program_joins_and_the_last_one_out_stops_the_server(data_dir: Path, another_program: Callable[[], Program]) -> None:
    with EmbeddedServer(data_dir) as url:
        other = another_program()
        assert other.answer() == url
    assert up(url)
    other.leave()
    assert not up(url)


def test_one_process_may_enter_twice(data_dir: Path) -> None:
    server = EmbeddedServer(data_dir)
    with server as outer:
        with server as inner, EmbeddedServer(data_dir) as third:
            assert outer == inner == third
        assert up(outer)
    assert not up(outer)


def test_four_programs_that_start_at_once_share_one_server(another_program: Callable[[], Program]) -> None:
    programs = [another_program() for _ in range(4)]
    urls = {program.answer() for program in programs}
    assert len(urls) == 1
    for program in programs[:3]:
        program.leave()
    assert up(*urls)
    programs[3].leave()
    assert not up(*urls)


def test_a_killed_program_leaves_the_server_to_the_next_who_can_stop_it(data_dir: Path, another_program: Callable[[], Program]) -> None:
    program = another_program()
    url = program.answer()
    write(url, 5)
    program.signal_group(signal.SIGKILL)
    assert up(url), "the server does not die with the program that started it, nor with its process group"
    with EmbeddedServer(data_dir) as again:
        assert rows(again) == 5
    assert not up(url)


def test_a_killed_program_does_not_take_the_server_from_the_others(data_dir: Path, another_program: Callable[[], Program]) -> None:
    first, second = another_program(), another_program()
    url = first.answer()
    assert second.answer() == url
    first.signal_group(signal.SIGKILL)
    with EmbeddedServer(data_dir):
        pass
    assert up(url), "the second program is still in"


def test_ctrl_c_stops_the_program_and_not_the_server_of_the_others(data_dir: Path, another_program: Callable[[], Program]) -> None:
    first = another_program()
    url = first.answer()
    with EmbeddedServer(data_dir):
        first.signal_group(signal.SIGINT)
        assert up(url)
    assert not up(url)


def test_ctrl_c_during_the_start_leaves_no_server_behind(data_dir: Path, another_program: Callable[[], Program]) -> None:
    with EmbeddedServer(data_dir) as url:
        pass
    program = another_program()
    lock = data_dir / "postgres/cluster/postmaster.pid"
    while not lock.exists() and program.process.poll() is None:
        pass
    program.signal_group(signal.SIGINT)
    assert not up(url)
    assert not lock.exists()


def test_a_forked_child_that_ends_does_not_stop_the_server(another_program: Callable[[], Program]) -> None:
    program = another_program()
    url = program.answer()
    program.tell("fork")
    assert program.answer() == "the child has ended"
    assert up(url)
    program.leave()
    assert not up(url)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds the server's processes in /proc")
def test_everything_committed_survives_the_sudden_death_of_the_server(data_dir: Path, another_program: Callable[[], Program]) -> None:
    bystander = another_program()
    assert bystander.answer()
    with EmbeddedServer(data_dir) as url:
        write(url, 200)
        kill_all_server_processes(data_dir)
        assert not up(url)
        with EmbeddedServer(data_dir) as again:
            assert again == url, "the programs that were in find the server where it was"
            assert rows(url) == 200


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds the server's processes in /proc")
def test_the_first_process_of_the_server_is_killed_while_its_children_still_work(data_dir: Path) -> None:
    with EmbeddedServer(data_dir) as url:
        write(url, 20)
        os.kill(int((data_dir / "postgres/cluster/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        with EmbeddedServer(data_dir):
            assert rows(url) == 20


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc to tell the processes apart")
def test_a_stale_lock_with_the_number_of_another_process_does_not_keep_the_server_down(data_dir: Path) -> None:
    with EmbeddedServer(data_dir) as url:
        write(url, 2)
        lock = data_dir / "postgres/cluster/postmaster.pid"
        server, rest = lock.read_text().split("\n", 1)
        kill_all_server_processes(data_dir)
        lock.write_text(f"{os.getpid()}\n{rest}")
        assert int(server) != os.getpid()
        with EmbeddedServer(data_dir):
            assert rows(url) == 2


def test_a_half_made_cluster_of_a_killed_start_is_made_anew(data_dir: Path) -> None:
    half = data_dir / "postgres/cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with EmbeddedServer(data_dir) as url:
        assert up(url)
    assert not half.exists()


def test_an_older_postgresql_of_the_system_serves_too(data_dir: Path, older_binaries: Path) -> None:
    with EmbeddedServer(data_dir) as url, psycopg.connect(plain(url)) as connection:
        assert older_binaries.parent.name in str(connection.execute("SHOW server_version").fetchone())
        assert connection.execute("SELECT 'a' > 'B' AND lower('É') = 'é'").fetchone() == (True,)
