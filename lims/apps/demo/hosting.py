"""A server of our own beside this process, for as long as it is needed."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from lims.kernel.errors import Refused

READY_SECONDS = 60


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(port: int, workers: int = 1, *others: str, behind: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    """`lims serve` on this port, with other words if need be; stopped at the end of the block.

    `behind`: by how much all else on the machine goes before it (as `nice` counts, 0 to 19).
    """
    gives_way = ["nice", "-n", str(behind)] if behind else []
    words = [sys.executable, "-m", "lims", "serve", "--port", str(port), "--workers", str(workers), *others]
    process = subprocess.Popen([*gives_way, *words])  # noqa: S603 - our own program
    try:
        wait_until_ready(process, f"http://127.0.0.1:{port}/readyz")
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    """Return when the server answers; Refused where it ends or stays silent."""
    for _ in range(READY_SECONDS * 5):
        if process.poll() is not None:
            raise Refused("server_ended", "The server ended with {code}; is the port in use?", code=process.returncode)
        try:
            if httpx.get(url, timeout=2, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise Refused("server_ended", "The server was not ready after {seconds} seconds.", seconds=READY_SECONDS)
