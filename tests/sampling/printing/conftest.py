"""A printer that counts: it listens on TCP and keeps the code of every whole label that it was sent."""

import re
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

LABEL = re.compile(rb"\^XA.*?\^FD>;(\d+)\^FS.*?\^XZ", re.DOTALL)


class FakePrinter:
    """Prints a label when it has arrived whole; `seconds` is how long one takes. `dies_after` bytes it drops the line."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.printed: list[str] = []
        self.seconds = seconds
        self.connected: set[object] = set()
        self.dies_after: int | None = None
        printer = self

        class Line(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                try:
                    printer.listen(self.request)
                finally:
                    printer.connected.discard(self.request)

        class Door(socketserver.ThreadingTCPServer):
            daemon_threads = True

            def process_request(self, request: Any, client_address: Any) -> None:
                printer.connected.add(request)
                super().process_request(request, client_address)

        self.server = Door(("127.0.0.1", 0), Line)
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
        """Return when nothing comes out any more: everybody who called before now was let in, one after the other, and has hung up."""
        with socket.create_connection(("127.0.0.1", self.server.server_address[1])) as last:
            last.shutdown(socket.SHUT_WR)
            last.recv(1)
        while self.connected:
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
