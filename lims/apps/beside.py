"""The worker beside the server: there for as long as the server is, and there again when it has died."""

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

log = logging.getLogger("lims.worker")
WORKER = (sys.executable, "-m", "lims.apps.worker")
PAUSE_SECONDS = 1.0
GOING_SECONDS = 3


@contextmanager
def worker_beside() -> Iterator[None]:
    """A worker for the length of a block. One that ended in order was told to; one that died (no memory, `kill -9`) is replaced."""
    over = threading.Event()

    def keep() -> None:
        while not over.wait(PAUSE_SECONDS):
            if hired[-1].poll():
                log.warning("the worker died (%s); another one takes its place", hired[-1].returncode)
                hired.append(hire())

    hired = [hire()]
    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
        hired[-1].terminate()
        # One that takes longer sees for itself that nobody is there any more.
        with suppress(subprocess.TimeoutExpired):
            hired[-1].wait(GOING_SECONDS)


def hire() -> subprocess.Popen[bytes]:
    """A worker, as a process of its own."""
    return subprocess.Popen(WORKER)  # noqa: S603 - our own program
