"""One notice to one web address: checked, bounded in time, never redirected."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from lims.interop.subscribers.rules import Network, Tried, may_reach

CONNECT_SECONDS = 4.0
DEADLINE_SECONDS = 8.0
SAID_CHARACTERS = 200


class Pinned(http.client.HTTPConnection):
    """A connection to an address that was looked up and checked before: nobody can give the name another address in between."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=CONNECT_SECONDS)
        self._address = address
        self._context = context
        self.late = False

    def connect(self) -> None:
        """Connect to the checked address; the certificate has to be the name's."""
        self.sock = socket.create_connection((self._address, self.port), CONNECT_SECONDS)
        if self._context is not None:
            # The handshake comes after the socket is ours, so that it, too, can be broken off.
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock.do_handshake()

    def break_off(self) -> None:
        """End it from another thread, whatever the receiver is doing."""
        self.late = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def post(url: str, headers: Mapping[str, str], body: bytes, networks: Collection[Network]) -> Tried:
    """Send, and say what came of it. What the receiver answers is not read beyond its head."""
    began = time.monotonic()

    def came(status: int | None, said: str = "") -> Tried:
        return Tried(status, round((time.monotonic() - began) * 1000), said[:SAID_CHARACTERS])

    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if private := [address for address in found if not may_reach(address, networks)]:
            return came(None, f"{host} leads to {private[0]}, which is not public")
        context = ssl.create_default_context() if parts.scheme == "https" else None
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        status = head_of(Pinned(host, port, found[0], context), path, {**headers, "Host": parts.netloc}, body)
    except (OSError, http.client.HTTPException, UnicodeError) as failure:
        return came(None, f"{type(failure).__name__}: {failure}")
    return came(status, "" if Tried(status, 0).arrived else f"answered {status}")


def head_of(connection: Pinned, path: str, headers: Mapping[str, str], body: bytes) -> int:
    """The status that is answered; OSError where it does not come in time."""
    late = threading.Timer(DEADLINE_SECONDS, connection.break_off)
    late.daemon = True
    late.start()
    try:
        connection.request("POST", path, body, headers)
        status = connection.getresponse().status
        if connection.late:
            raise TimeoutError(f"no whole answer within {DEADLINE_SECONDS:g} s")
        return status
    finally:
        late.cancel()
        connection.close()
