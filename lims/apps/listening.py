"""The port as several server processes share it.

Where they all wait at one socket, the system wakes the same one again and again: with a handful of connections one process works and the
others look on, and of a crowd it lets in far more than its share. So each opens the port for itself (`SO_REUSEPORT`), and the system
deals connections out by their addresses. Linux does that; elsewhere one socket is shared as before.

And the line on which somebody calls: who calls and says nothing, or begins a request and does not end its head, is hung up on. uvicorn
waits for ever, and a process that holds as many lines as it may lets nobody in.
"""

import asyncio
import contextlib
import logging
import resource
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.supervisors import Multiprocess

from lims.apps.ending import ended_in_order

log = logging.getLogger("uvicorn.error")
DEALT_OUT = sys.platform == "linux"
BACKLOG = 4096  # connections that nobody has looked at yet; the system may keep fewer
HEAD_SECONDS = 30.0  # from the first word, or from the call, to the end of the head: as long as a phone waits for all of an answer


class Line(HttpToolsProtocol):
    """A connection that is hung up on where the head of a request does not come."""

    _head_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Somebody calls."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Some words. Where they begin a request, the rest of its head must follow soon."""
        if self._head_due is None and (self.cycle is None or self.cycle.response_complete):
            self._await_head()
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._head_came()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The line is dead."""
        self._head_came()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._head_due = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _head_came(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None


class Port(socket.socket):
    """A socket that a new process does not inherit but opens for itself."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """pickle: what the new process calls instead of getting a copy."""
        return opened, self.getsockname()[:2]


def opened(host: str, port: int, *, shared: bool = True) -> Port:
    """The port, open to be shared with other processes of this user that open it in the same way; OSError where it is not to be had."""
    made = Port(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(shared))
        made.bind((host, port))
    except OSError:
        made.close()
        raise
    return made


def run(config: uvicorn.Config) -> None:
    """Serve until told to stop; SystemExit, with its number, where it does not come so far."""
    hold_many()
    with contextlib.suppress(KeyboardInterrupt):
        if config.workers > 1:
            Multiprocess(config, sockets=[dealt_out(config) if DEALT_OUT else config.bind_socket()]).run()
            return
        server = uvicorn.Server(config)
        server.run()
        ended_in_order()
        if not server.started:
            sys.exit(STARTUP_FAILURE)


def dealt_out(config: uvicorn.Config) -> Port:
    """The port for several processes, once it is sure that no other program has it: the two would take turns in answering."""
    try:
        with opened(config.host, config.port, shared=False) as alone:
            port = alone.getsockname()[1]
        return opened(config.host, port)
    except OSError as taken:
        log.error("%s", taken)  # noqa: TRY400 - the sentence is the system's, and nobody reads a traceback of it
        sys.exit(STARTUP_FAILURE)


def hold_many() -> None:
    """As many open connections as the system grants: many systems start with a thousand, and a city has more phones."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # macOS calls infinity what it does not grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
