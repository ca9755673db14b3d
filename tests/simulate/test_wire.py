"""The thin HTTP client against real sockets."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from lims.simulate.wire import Answer, TransportError, Wire

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def request_of(reader: asyncio.StreamReader) -> bytes:
    """Read one whole request."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    return head + await reader.readexactly(length)


def talk(handler: Handler, times: int = 1, seconds: float = 5.0) -> list[Answer]:
    """Serve with this handler, send so many requests one after the other, return the answers."""

    async def to_its_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        finally:
            writer.close()

    async def conversation() -> list[Answer]:
        server = await asyncio.start_server(to_its_end, "127.0.0.1", 0)
        wire = Wire(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/base", 2)
        try:
            return [
                await wire.send("POST", "/x?a=1", {"authorization": "Bearer t"}, b'{"a": "\xe4\xb8\xad"}', seconds) for _ in range(times)
            ]
        finally:
            await wire.close()
            server.close()

    return asyncio.run(conversation())


def test_requests_share_a_connection_and_arrive_whole() -> None:
    seen: list[bytes] = []
    connections = 0

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        for _ in range(3):
            seen.append(await request_of(reader))
            writer.write(b"HTTP/1.1 201 Created\r\nX-Statements: 4\r\ncontent-length: 2\r\n\r\n{}")
            await writer.drain()

    answers = talk(handler, times=3)
    assert connections == 1
    assert [(a.status, a.headers["x-statements"], a.json()) for a in answers] == [(201, "4", {})] * 3
    assert seen[0].startswith(b"POST /base/x?a=1 HTTP/1.1\r\n")
    assert b"authorization: Bearer t\r\n" in seen[0]
    assert seen[0].endswith(b'\r\n\r\n{"a": "\xe4\xb8\xad"}')


def test_chunked_answers_are_put_together() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n[1,\r\n")
        await writer.drain()
        writer.write(b"2\r\n2]\r\n0\r\n\r\n")
        await writer.drain()

    assert talk(handler)[0].json() == [1, 2]


def test_a_server_that_closes_after_each_answer_is_called_anew() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    assert [answer.status for answer in talk(handler, times=3)] == [200] * 3


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Die in the middle of an answer."""
    await request_of(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{")
    writer.close()


async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Never answer."""
    await request_of(reader)
    await asyncio.sleep(0.5)
    writer.close()


async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer something that is no HTTP."""
    await request_of(reader)
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    await asyncio.sleep(0.5)
    writer.close()


@pytest.mark.parametrize("handler", [hang_up, say_nothing, babble])
def test_half_an_answer_is_no_answer(handler: Handler) -> None:
    with pytest.raises(TransportError):
        talk(handler, seconds=0.2)


def test_a_closed_door_is_a_transport_error() -> None:
    async def knock() -> None:
        await Wire("http://127.0.0.1:9", 1).send("GET", "/", {}, b"", 1.0)

    with pytest.raises(TransportError):
        asyncio.run(knock())


def test_only_http_addresses_are_dialled() -> None:
    with pytest.raises(ValueError, match="no http"):
        Wire("ftp://example.org", 1)
