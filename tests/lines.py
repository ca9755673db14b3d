"""A line to the database that can be held still, as a cut one is, and let go on."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import parse_qs, urlsplit, urlunsplit

LONGEST_SECONDS = 30  # a test that waits for what is held fails; it does not wait for ever


class Line:
    """A port of this machine that leads to the socket of the tests' database."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432"
        self._door = socket.create_server(("127.0.0.1", 0))
        self._moves = threading.Event()
        self._moves.set()
        self._ends: list[socket.socket] = []
        user = parts.netloc.rpartition("@")[0]
        self.url = urlunsplit(parts._replace(netloc=f"{user}@127.0.0.1:{self._door.getsockname()[1]}", query=""))
        threading.Thread(target=self._take_in, daemon=True).start()

    def hold(self) -> None:
        """From now on nothing that is sent arrives, and nobody is told so."""
        self._moves.clear()

    def let_go(self) -> None:
        """What was sent meanwhile arrives."""
        self._moves.set()

    def close(self) -> None:
        """Nobody comes by this way any more."""
        self.let_go()
        for end in (self._door, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _take_in(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._target)
                self._ends += [near, far]
                for given, taken in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(given, taken), daemon=True).start()

    def _carry(self, given: socket.socket, taken: socket.socket) -> None:
        with suppress(OSError):
            while said := given.recv(65536):
                self._moves.wait(LONGEST_SECONDS)
                taken.sendall(said)
            taken.shutdown(socket.SHUT_RDWR)


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    """Such a line for the length of a block."""
    line = Line(url)
    try:
        yield line
    finally:
        line.close()
