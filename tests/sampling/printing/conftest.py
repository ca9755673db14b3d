"""A printer that counts: it listens on TCP and keeps the code of every whole label that it was sent."""

import re
import socketserver
import threading
import time
from collections.abc import Iterator

import pytest

LABEL = re.compile(rb"\^XA.*?\^FD>;(\d+)\^FS.*?\^XZ", re.DOTALL)


class FakePrinter:
    """Prints a label when it has arrived whole; `seconds` is how long one takes. `dies_after` bytes it drops the line."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.printed: list[str] = []
        self.seconds, self.busy = seconds, 0
        self.dies_after: int | None = None
        printer = self

        class Line(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                printer.busy += 1
                try:
                    printer.listen(self.request)
                finally:
                    printer.busy -= 1

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Line)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server.server_address[1]}"

    def listen(self, line: object) -> None:
        paper, heard = b"", 0
        while True:
            try:
                sent = line.recv(700)  # type: ignore[attr-defined]  # a socket
            except OSError:
                return
            if not sent:
                return
            paper, heard = paper + sent, heard + len(sent)
            while label := LABEL.search(paper):
                paper = paper[label.end() :]
                time.sleep(self.seconds)
                self.printed.append(label[1].decode())
            if self.dies_after is not None and heard >= self.dies_after:
                self.dies_after = None
                return

    def quiet(self) -> None:
        """Return when nothing comes out any more: nobody is connected."""
        still = 0
        while still < 3:
            still = 0 if self.busy else still + 1
            time.sleep(0.01)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def printer() -> Iterator[FakePrinter]:
    """A printer on the network."""
    made = FakePrinter()
    yield made
    made.close()
