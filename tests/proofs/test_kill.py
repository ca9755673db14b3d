"""Promise 5: what was acknowledged is there after `kill -9` of the server, and of PostgreSQL, in the middle of a day.

The simulation is the witness: it remembers every message that was acknowledged, repeats what was not, and at the end
compares every person of its world with what the server says.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lims.apps.demo.hosting import free_port, wait_until_ready

pytestmark = pytest.mark.proof
LIMS = [sys.executable, "-m", "lims"]


class Lims:
    """The program on a data folder of its own, served by processes that can be shot."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.env = os.environ | {"LIMS_DATA_DIR": str(folder)}
        self.env.pop("LIMS_DATABASE_URL", None)
        self.server: subprocess.Popen[bytes] | None = None
        self.log = (folder / "serve.log").open("ab")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*LIMS, *words], env=self.env, capture_output=True, text=True, timeout=600, check=False)

    def start(self) -> None:
        words = [*LIMS, "serve", "--port", str(self.port)]
        self.server = subprocess.Popen(words, env=self.env, stdout=self.log, stderr=self.log, start_new_session=True)
        wait_until_ready(self.server, f"{self.url}/readyz")

    def shoot_server(self) -> None:
        assert self.server is not None
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait(30)

    def shoot_postgres(self) -> None:
        for pid_file in self.pid_files():
            os.kill(int(pid_file.read_text().split("\n", 1)[0]), signal.SIGKILL)

    def pid_files(self) -> list[Path]:
        return list(self.folder.glob("postgres/**/postmaster.pid"))

    def stop(self) -> None:
        if self.server and self.server.poll() is None:
            self.server.terminate()
            self.server.wait(60)
        self.log.close()


@pytest.fixture
def lims() -> Iterator[Lims]:
    folder = Path(tempfile.mkdtemp(prefix="lims-kill-"))
    folder.chmod(0o711)
    made = Lims(folder)
    yield made
    made.stop()
    shutil.rmtree(folder, ignore_errors=True)


def test_nothing_acknowledged_is_lost_when_server_and_database_are_killed_during_a_day(lims: Lims) -> None:
    luck = random.Random(5)
    assert lims.run("db", "upgrade").returncode == 0
    lims.start()
    report = lims.folder / "report.json"
    day = subprocess.Popen([*LIMS, "simulate", "--people", "20000", "--url", lims.url, "--report", str(report)], env=lims.env)
    kills = 0
    while day.poll() is None and kills < 6:
        time.sleep(luck.uniform(2, 5))
        if day.poll() is not None:
            break
        if kills % 2 == 0:
            lims.shoot_server()
            lims.start()
        else:
            lims.shoot_postgres()
        kills += 1
    assert day.wait(600) == 0, report.read_text()[-3000:] if report.exists() else "no report"
    told = json.loads(report.read_text())
    assert told["ok"]
    assert kills >= 2, "the day was over before it could be disturbed"
    assert lims.run("audit", "verify").returncode == 0
