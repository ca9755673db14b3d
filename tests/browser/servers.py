"""A server that can be shot, started again on its port, and exchanged for another version of the program."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lims.apps.demo.hosting import free_port
from lims.apps.migrate import ROOT
from tests.browser.conftest import wait_until_ready

# What a copy of the program is made of.
PARTS = ("lims", "migrations", "label_templates")


class Server:
    """`lims serve` on the data folder of the tests, on one port whatever becomes of it."""

    def __init__(self, data_dir: Path, program: Path = ROOT) -> None:
        self.port, self.program = free_port(), program
        self.env = os.environ | {"LIMS_DATA_DIR": str(data_dir), "LIMS_SECRET_KEY": "a secret of the tests", "PYTHONPATH": str(program)}
        self.env.pop("LIMS_DATABASE_URL", None)
        self.process: subprocess.Popen[bytes] | None = None
        self.address = f"http://127.0.0.1:{self.port}"

    def start(self, *more: str) -> None:
        """Return when it answers; `more` are words of `lims serve` about its certificate."""
        self.env["PYTHONPATH"] = str(self.program)
        words = [sys.executable, "-m", "lims", "serve", "--port", str(self.port), *more]
        self.address = f"{'https' if more else 'http'}://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(words, env=self.env, cwd=self.program, start_new_session=True)
        wait_until_ready(self.address, self.process)

    def shoot(self) -> None:
        """`kill -9`, with every process it has started."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)
        self.process = None

    def exchange(self, program: Path) -> None:
        """Another version of the program answers from now on."""
        self.shoot()
        self.program = program
        self.start()


@contextmanager
def serving(data_dir: Path) -> Iterator[Server]:
    """A server for the length of a block."""
    server = Server(data_dir)
    server.start()
    try:
        yield server
    finally:
        if server.process is not None:
            server.shoot()


def other_version(folder: Path, mark: str) -> Path:
    """A copy of the program whose tube screen is another one: its script begins with a mark."""
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    shutil.copy(ROOT / "alembic.ini", folder)
    script = folder / "lims" / "web" / "static" / "sampling" / "screen.js"
    script.write_text(f"globalThis.program = {mark!r};\n{script.read_text('utf-8')}", "utf-8")
    return folder
