"""The port as several server processes share it.

Where they all wait at one socket, the system wakes the same one again and again: with a handful of connections one process works and the
others look on, and of a crowd it lets in far more than its share. So each opens the port for itself (`SO_REUSEPORT`), and the system
deals connections out by their addresses. Linux does that; elsewhere one socket is shared as before.
"""

import contextlib
import resource
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

DEALT_OUT = sys.platform == "linux"
BACKLOG = 4096  # connections that nobody has looked at yet; the system may keep fewer


class Port(socket.socket):
    """A socket that a new process does not inherit but opens for itself."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """pickle: what the new process calls instead of getting a copy."""
        return opened, self.getsockname()[:2]


def opened(host: str, port: int) -> Port:
    """The port, open to be shared with other processes of this user that open it in the same way."""
    made = Port(socket.AF_INET6 if ":" in host else socket.AF_INET)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind((host, port))
    return made


def run(config: uvicorn.Config) -> None:
    """Serve until told to stop; SystemExit, with its number, where it does not come so far."""
    hold_many()
    if config.workers == 1:
        server = uvicorn.Server(config)
        with contextlib.suppress(KeyboardInterrupt):
            server.run()
        if not server.started:
            sys.exit(STARTUP_FAILURE)
        return
    # Without sharing first, to find out whether somebody else has it: two programs on one port would take turns in answering.
    port = config.bind_socket()
    if DEALT_OUT:
        host, number = port.getsockname()[:2]
        port.close()
        port = opened(host, number)
    with contextlib.suppress(KeyboardInterrupt):
        Multiprocess(config, sockets=[port]).run()


def hold_many() -> None:
    """As many open connections as the system grants: many systems start with a thousand, and a city has more phones."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # macOS calls infinity what it does not grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
