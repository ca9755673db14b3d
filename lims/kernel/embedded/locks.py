"""Who uses a server, and who may start or stop it: two locked files. A process that dies, however it dies, loses its locks."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USERS = "users.lock"
DECISION = "decision.lock"


@contextmanager
def deciding(home: Path) -> Iterator[None]:
    """While this is held, nobody else starts or stops the server, joins it or leaves it."""
    file = _open(home / DECISION)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def join(home: Path) -> int:
    """Counts this process among the users, until the returned file is closed. Only while deciding."""
    file = _open(home / USERS)
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


def nobody_left(home: Path) -> bool:
    """Whether no process uses the server. Only while deciding, and after closing one's own file."""
    file = _open(home / USERS)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(file)


def _open(path: Path) -> int:
    # Python's files do not pass on to started programs (the server would otherwise count as its own user).
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
