"""What a request brings, whole before anybody is kept busy with it.

Whoever is let in holds a thread and a connection of the database. Were that so while the words still trickle in, a handful of bad lines,
or of bad people, would keep out everybody who has all of it to hand over. So a body is waited for at the door, and there is an end to it:
in bytes, in time, and in what large ones together take of the memory.
"""

import asyncio
from types import TracebackType
from typing import Self

from starlette.types import Message, Receive

from lims.kernel.errors import N_, Refused

# Two files as large as any that is read, and what a form adds.
MOST_BYTES = 72 * 2**20
# So much of every request the server holds in any case, before anybody has looked at it.
SMALL_BYTES = 2**16
ROOM_BYTES = 4 * MOST_BYTES
# A phone gives up after half a minute; a lab's file may take as long as it moves at all.
GRACE_SECONDS = 60.0
LEAST_A_SECOND = 2**10
OVERLOADED = N_("Too much is asked of the server right now; nothing was taken, send it again.")


class LeftError(Exception):
    """Whoever sent this has hung up before it was whole."""


class Room:
    """How many bytes of large bodies a process has room for."""

    def __init__(self, most: int = MOST_BYTES, left: int = ROOM_BYTES, grace_seconds: float = GRACE_SECONDS) -> None:
        self.most, self.left, self.grace_seconds = most, left, grace_seconds


class Body:
    """One request's body. The block that it is used in gives back its room at the end."""

    def __init__(self, room: Room) -> None:
        self.content = b""
        self._room = room
        self._held = 0

    def __enter__(self) -> Self:
        """Nothing is held yet."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """The next one may have this room."""
        self._room.left += self._held

    async def gather(self, receive: Receive) -> None:
        """Wait until it is whole; Refused where it is too large, too slow, or one too many; LeftError where nobody is there any more."""
        try:
            async with asyncio.timeout(self._room.grace_seconds) as patience:
                message = await receive()
                self.content = part_of(message)
                if not message.get("more_body"):
                    return
                parts, size = [self.content], len(self.content)
                while message.get("more_body"):
                    message = await receive()
                    parts.append(part := part_of(message))
                    size += len(part)
                    self._hold(size)
                    patience.reschedule((patience.when() or 0.0) + len(part) / LEAST_A_SECOND)
        except TimeoutError:
            raise Refused("body_too_slow", "The request came too slowly; nothing was taken, send it again over a better line.") from None
        self.content = b"".join(parts)

    def _hold(self, size: int) -> None:
        """Room for so many bytes altogether; Refused where there is none."""
        if size > self._room.most:
            raise Refused("body_too_large", "The request has more than {most} MB; nothing sent here has.", most=self._room.most >> 20)
        more = size - self._held if size > SMALL_BYTES else 0
        if more > self._room.left:
            raise Refused("overloaded", OVERLOADED)
        self._room.left -= more
        self._held += more

    def handed_on(self, receive: Receive) -> Receive:
        """As an application receives it: all at once, then what comes after."""
        unread: list[Message] = [{"type": "http.request", "body": self.content, "more_body": False}]

        async def received() -> Message:
            return unread.pop() if unread else await receive()

        return received


def part_of(message: Message) -> bytes:
    """The bytes of a message."""
    if message["type"] == "http.disconnect":
        raise LeftError
    part: bytes = message.get("body", b"")
    return part
