"""A small receiver of webhooks, as an authority would write one: it verifies, remembers ids, and misbehaves when told to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from unittest.mock import patch

from standardwebhooks import webhooks


def clock_ahead(by: timedelta) -> type[datetime]:
    """A clock that lives so much later."""

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(datetime.now(tz).timestamp() + by.total_seconds(), tz)

    return Ahead


@dataclass
class Receiver:
    """What has come, and how it answers from now on: with a status, or drop by drop."""

    address: str = ""
    status: int = 204
    dripping: bool = False
    ahead: timedelta = timedelta(0)
    secret: str = ""
    posts: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def take(self, path: str, headers: dict[str, str], body: bytes) -> None:
        """Keep what is signed by our sender; anything else raises."""
        self.posts.append((path, headers, body))
        if self.status == 204:
            with patch.object(webhooks, "datetime", clock_ahead(self.ahead)):
                self.taken.append(webhooks.Webhook(self.secret).verify(body, headers))
            self.ids.append(headers["webhook-id"])


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a port of this machine."""
    receiver = Receiver()
    over = threading.Event()

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.take(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            if receiver.dripping:
                self.wfile.write(b"HTTP/1.1 204 No Content\r\nX-Slow: ")
                while not over.wait(0.05):
                    self.wfile.write(b"x")
                return
            self.send_response(receiver.status)
            self.send_header("Location", receiver.address)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
            """Say nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A sender that breaks off is what some tests are about."""

    server = Quiet(("127.0.0.1", 0), Desk)
    receiver.address = f"http://127.0.0.1:{server.server_address[1]}/cases"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield receiver
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()
