"""Several hosts on one machine: each a `lims serve` with a folder of its own, all on one database and one secret key."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from lims.apps import migrate
from lims.apps.demo.hosting import free_port, wait_until_ready
from lims.apps.migrate import ROOT
from lims.kernel.embedded import EmbeddedServer
from lims.kernel.program import Program, running
from lims.kernel.settings import Settings
from tests.disks import quickest_disk

LIMS = [sys.executable, "-m", "lims"]
SECRET = "a secret of several hosts"


def plain(url: str) -> str:
    """An address of a database as operators write it."""
    return url.replace("postgresql+psycopg://", "postgresql://")


def environment(folder: Path, database_url: str, **more: str) -> dict[str, str]:
    """What a host is told; nothing of it is in files."""
    given = {"LIMS_DATA_DIR": str(folder), "LIMS_DATABASE_URL": database_url, "LIMS_SECRET_KEY": SECRET}
    return os.environ | given | more


@dataclass
class Host:
    """One host: it may be stopped, shot, and started again with other words or another version of the program."""

    folder: Path
    env: dict[str, str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *words: str, program: Path = ROOT) -> "Host":
        """Return when it answers."""
        command = [*LIMS, "serve", "--port", str(self.port), *words]
        with (self.folder / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.env | {"PYTHONPATH": str(program)}, cwd=program, stdout=log, stderr=log, start_new_session=True
            )
        wait_until_ready(self.process, f"{self.url}/readyz")
        return self

    def stop(self) -> None:
        """As a service manager does: requests under way are answered."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)

    def shoot(self) -> None:
        """`kill -9`, with every process it has started."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def log(self) -> str:
        return (self.folder / "serve.log").read_text("utf-8")


@dataclass
class Site:
    """A database, the program on it in this process, and hosts."""

    folder: Path
    url: str
    program: Program
    hosts: list[Host] = field(default_factory=list)

    def host(self, **env: str) -> Host:
        """One more host, not yet started."""
        place = self.folder / f"host-{len(self.hosts) + 1}"
        place.mkdir(mode=0o711)
        self.hosts.append(Host(place, environment(place, self.url, **env)))
        return self.hosts[-1]

    def lims(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """A command, as somebody runs it on one of the hosts."""
        told = environment(self.folder, self.url, **env)
        return subprocess.run([*LIMS, *words], env=told, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)


@contextmanager
def a_site() -> Iterator[Site]:
    """A database with the newest schema for the length of a block, and nobody on it yet."""
    folder = Path(tempfile.mkdtemp(prefix="lims-hosts-", dir=quickest_disk()))
    folder.chmod(0o711)
    try:
        with EmbeddedServer(folder / "database") as url:
            given = Settings(database_url=plain(url), data_dir=folder, secret_key=SECRET)
            with running(given, connections=4) as program:
                migrate.upgrade(program.database)
                site = Site(folder, plain(url), program)
                try:
                    yield site
                finally:
                    for host in site.hosts:
                        host.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def browser(host: Host) -> httpx.Client:
    """Somebody's browser or device before a host."""
    return httpx.Client(base_url=host.url, timeout=60, trust_env=False)


def until(holds: Callable[[], bool], otherwise: str, seconds: float = 60) -> None:
    """Return when this holds; AssertionError with a sentence where it never does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, otherwise
        time.sleep(0.05)
