"""Phones as the field screen makes them: they keep what they have until the server calls it safe, and hold back as `pace.js` does."""

import asyncio
import errno
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lims.simulate.wire import Answer, Connection, TransportError

FIRST_PAUSE, LONGEST_PAUSE, LONGEST_ASKED = 2.0, 60.0, 600.0  # seconds, as in pace.js
PATIENCE = 30.0  # seconds, as in send.js
SAFE = {"accepted", "already_have", "held"}
SOURCES = 16


class Phone:
    """A device with tubes that the server does not have yet."""

    def __init__(self, number: int, token: str, tubes: Sequence[dict[str, Any]], name: str = "dev") -> None:
        self.number, self.token, self.name = number, token, f"{name}-{number:05d}"
        self.keep(tubes)

    def keep(self, tubes: Sequence[dict[str, Any]]) -> None:
        """Have these tubes, written out once: a real phone does that on a processor of its own."""
        self.tubes = tubes
        self.written = json.dumps(tubes, ensure_ascii=False).encode()

    def message(self) -> bytes:
        """What it sends now."""
        return b'{"device":"%s","sent_at":"%s","tubes":%s}' % (self.name.encode(), datetime.now(UTC).isoformat().encode(), self.written)


@dataclass
class Heard:
    """What became of everything: seconds from the first attempt to safety of each message, and what was heard on the way."""

    took: list[float] = field(default_factory=list)
    ended_at: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    turned_away: int = 0

    def percentile(self, share: float) -> float:
        """The time in which this share of the messages was safe."""
        ordered = sorted(self.took)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def pause(failures: int, asked: str | None, rng: random.Random) -> float:
    """Seconds to hold back: as `pace.js` reckons them, and not less than the server asks for."""
    own: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1)) * rng.uniform(0.5, 1.0)
    wait = min(float(asked), LONGEST_ASKED) if asked and asked.isdecimal() else 0.0
    return max(own, wait)


async def bring(phone: Phone, port: int, heard: Heard, rng: random.Random) -> None:
    """Send what the phone has until it is safe. Never gives up."""
    began, failures = time.monotonic(), 0
    while phone.tubes:
        answer = await attempt(phone, port, heard)
        if answer is not None and answer.status == 202:
            settle(phone, answer, heard)
            continue
        failures += 1
        heard.turned_away += failures == 1
        await asyncio.sleep(pause(failures, answer.headers.get("retry-after") if answer else None, rng))
    heard.ended_at = time.monotonic()
    heard.took.append(heard.ended_at - began)


def settle(phone: Phone, answer: Answer, heard: Heard) -> None:
    """Let go of what is safe; and of what the server calls a problem, which is counted."""
    lines = {line["id"]: line["outcome"] for line in answer.json()["tubes"]}
    heard.outcomes.update(lines.values())
    phone.keep([tube for tube in phone.tubes if tube["id"] not in lines])


async def attempt(phone: Phone, port: int, heard: Heard) -> Answer | None:
    """One attempt over a connection of its own: phones come minutes apart. None where nobody answered."""
    body = phone.message()
    head = f"POST /sampling/api/sync HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {phone.token}\r\n"
    request = f"{head}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body
    # From several addresses, as one address has no more than 28,000 ports to call from.
    source = (f"127.0.1.{1 + phone.number % SOURCES}", 0)
    try:
        async with asyncio.timeout(PATIENCE):
            _, line = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port, local_addr=source)
        try:
            answer = await line.exchange(request, PATIENCE)
        finally:
            line.drop()
    except (OSError, TimeoutError, TransportError) as fault:
        heard.said[errno.errorcode.get(getattr(fault, "errno", None) or 0, str(fault) or type(fault).__name__)] += 1
        return None
    heard.said[str(answer.status)] += 1
    return answer


async def crowd(phones: Sequence[Phone], port: int, within: float, rng: random.Random) -> Heard:
    """All of them come back within so many seconds."""
    heard = Heard()

    async def one(phone: Phone) -> None:
        await asyncio.sleep(rng.uniform(0, within))
        await bring(phone, port, heard, rng)

    await asyncio.gather(*(one(phone) for phone in phones))
    return heard


async def live(sealed: Callable[[], Phone], port: int, each_second: float, until: asyncio.Event, rng: random.Random) -> Heard:
    """Tubes sealed one by one, each sent at once, whatever became of those before it; until told to stop."""
    heard, due = Heard(), time.monotonic()
    async with asyncio.TaskGroup() as under_way:
        while not until.is_set():
            due += rng.expovariate(each_second)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            under_way.create_task(bring(sealed(), port, heard, rng))
    return heard
