"""The thinnest HTTP/1.1 client that will do: kept-alive connections over asyncio, answers parsed by httptools.

The load generator shares its machine with the server it measures, and a general client costs about a millisecond of CPU for
each request: more than the server's own work. Everything above sees only `Transport`.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, cast
from urllib.parse import urlsplit

import httptools

Json = Any  # whatever the server says


class TransportError(Exception):
    """No answer: the server is away, or went away before it had finished speaking."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Json:
        """The body, parsed."""
        return json.loads(self.body)


class Transport(Protocol):
    """Carries one request and brings its answer, or raises TransportError."""

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Answer:
        """Send a request to the server and wait so long for the whole answer."""

    async def close(self) -> None:
        """Let go of all connections."""


class Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.waiting: asyncio.Future[Answer] | None = None
        self.alive = False
        self.reset()

    def reset(self) -> None:
        """Be ready for the next answer."""
        self.parser = httptools.HttpResponseParser(self)
        self.headers: dict[str, str] = {}
        self.chunks: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the server has answered the door."""
        self.transport, self.alive = cast("asyncio.Transport", transport), True

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: gone; whoever waits is told."""
        self.alive = False
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(TransportError(f"connection lost: {exc or 'closed by the server'}"))

    def data_received(self, data: bytes) -> None:
        """asyncio: some bytes."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.drop(TransportError(f"no HTTP answer: {error}"))

    def on_header(self, name: bytes, value: bytes) -> None:
        """httptools: one header."""
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, chunk: bytes) -> None:
        """httptools: a part of the body."""
        self.chunks.append(chunk)

    def on_message_complete(self) -> None:
        """httptools: the answer is whole."""
        answer = Answer(self.parser.get_status_code(), self.headers, b"".join(self.chunks))
        if not self.parser.should_keep_alive():
            self.drop()
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(answer)

    def drop(self, error: Exception | None = None) -> None:
        """Hang up."""
        self.alive = False
        if error is not None and self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(error)
        if self.transport is not None:
            self.transport.abort()

    async def exchange(self, request: bytes, seconds: float) -> Answer:
        """Send bytes, wait for one answer."""
        if self.transport is None:
            raise TransportError("not connected")
        self.reset()
        self.waiting = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        try:
            async with asyncio.timeout(seconds):
                return await self.waiting
        except BaseException:
            # A late answer on this connection would be taken for the next one's.
            self.drop()
            raise


class Wire:
    """A few kept-alive connections to one server; the most recently used is used next, so that idle ones may die in peace."""

    def __init__(self, url: str, connections: int) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url} is no http(s) address")
        self.host, self.tls = parts.hostname, parts.scheme == "https"
        self.port = parts.port or (443 if self.tls else 80)
        self.prefix, self.authority = parts.path.rstrip("/"), parts.netloc.rpartition("@")[2]
        self.idle: list[Connection] = []
        self.room = asyncio.Semaphore(connections)

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Answer:
        """Send a request to the server and wait so long for the whole answer."""
        head = [f"{method} {self.prefix}{path} HTTP/1.1", f"host: {self.authority}", f"content-length: {len(body)}"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        request = "\r\n".join((*head, "", "")).encode("latin-1") + body
        async with self.room:
            try:
                connection = await self.connect()
                answer = await connection.exchange(request, seconds)
            except (OSError, TimeoutError) as error:
                raise TransportError(f"{type(error).__name__}: {error}") from error
            if connection.alive:
                self.idle.append(connection)
            return answer

    async def connect(self) -> Connection:
        """A connection that lives, a used one if there is one."""
        while self.idle:
            if (connection := self.idle.pop()).alive:
                return connection
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(10):
            _, fresh = await loop.create_connection(Connection, self.host, self.port, ssl=self.tls or None)
        return fresh

    async def close(self) -> None:
        """Let go of all connections."""
        while self.idle:
            self.idle.pop().drop()
