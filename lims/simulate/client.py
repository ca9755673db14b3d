"""Messages to the server: repeated until they are answered, and measured."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from time import monotonic
from typing import Any
from urllib.parse import quote, urlencode

from lims.simulate.measure import Findings, Meter
from lims.simulate.wire import Answer, Json, Transport, TransportError

AGAIN = frozenset({429, 502, 503, 504})
FINE = (200, 201, 202)
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 60.0
BROKEN_TRIES = 5  # a 500 is a finding, and is tried a few times more so that the day can go on


class Refusal(Exception):
    """The server said no where it should have said yes."""

    def __init__(self, kind: str, answer: Answer) -> None:
        self.kind = kind
        self.status = answer.status
        self.code, self.detail = problem(answer)
        super().__init__(f"{kind}: {self.status} {self.code} {self.detail}")


class GaveUp(Exception):
    """The server stayed away longer than anybody would wait."""


def problem(answer: Answer) -> tuple[str, str]:
    """Code and sentence of a problem document (RFC 9457), as far as it is one."""
    try:
        document = answer.json()
        return str(document.get("code", "")), str(document.get("detail", ""))[:300]
    except (ValueError, AttributeError):
        return "", answer.body[:300].decode("utf-8", "replace")


def pause(attempt: int, retry_after: str | None, rng: random.Random) -> float:
    """Seconds before the next attempt: what the server asks for, or twice as long each time, never all at once."""
    if retry_after is not None and retry_after.isdecimal():
        return min(float(retry_after), LONGEST_PAUSE) + rng.uniform(0, 0.5)
    return float(min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE) * rng.uniform(0.5, 1.0))


def path_of(template: str, *parts: str, **query: str) -> str:
    """A path with its parts and its query quoted; `path_of("/tubes/{}", code, site="FY-001")` is `/tubes/1000…?site=FY-001`."""
    path = template.format(*(quote(part, safe="") for part in parts))
    return f"{path}?{urlencode(query)}" if query else path


class Client:
    """Everybody outside calls through here."""

    def __init__(
        self,
        transport: Transport,
        meter: Meter,
        findings: Findings,
        rng: random.Random,
        patience: float = 900.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.transport, self.meter, self.findings = transport, meter, findings
        self.rng, self.patience, self.sleep = rng, patience, sleep

    async def post(self, kind: str, token: str, path: str, body: object, ok: tuple[int, ...] = FINE) -> Answer:
        """Post a JSON message; `body` may be bytes that were written before."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return await self.call(kind, token, "POST", path, raw, "application/json", ok)

    async def get(self, kind: str, token: str, path: str) -> Json:
        """The JSON at a path."""
        return (await self.call(kind, token, "GET", path)).json()

    async def pages(self, kind: str, token: str, path: str, **query: str) -> AsyncIterator[list[dict[str, Any]]]:
        """Every page of a list."""
        after: dict[str, str] = {}
        while True:
            page = await self.get(kind, token, path_of(path, **query, **after))
            yield page["items"]
            if not page["next"]:
                return
            after = {"after": page["next"]}

    async def call(
        self, kind: str, token: str, method: str, path: str, body: bytes = b"", content: str = "", ok: tuple[int, ...] = FINE
    ) -> Answer:
        """Send until answered; Refusal where the answer is none of `ok`."""
        headers = {"authorization": f"Bearer {token}"} | ({"content-type": content} if content else {})
        began, attempt, broken = monotonic(), 0, 0
        while True:
            answer = await self.attempt(kind, method, path, headers, body)
            if answer is not None and answer.status in ok:
                return answer
            if answer is not None and answer.status not in AGAIN:
                broken += self.noted(kind, answer)
                if answer.status < 500 or broken == BROKEN_TRIES:
                    raise Refusal(kind, answer)
            if monotonic() - began > self.patience:
                raise GaveUp(f"{kind}: no good answer for {self.patience:.0f} s")
            await self.sleep(pause(attempt, answer.headers.get("retry-after") if answer else None, self.rng))
            attempt += 1

    def noted(self, kind: str, answer: Answer) -> bool:
        """Whether the server broke over this message; if so it is a finding."""
        broken = answer.status >= 500
        if broken:
            self.findings.add("server error", call=kind, status=answer.status, detail=problem(answer)[1])
        return broken

    async def attempt(self, kind: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        """One attempt, measured; None where nobody answered."""
        began = monotonic()
        try:
            with self.meter.waiting():
                answer = await self.transport.send(method, path, headers, body, 300.0)
        except TransportError:
            self.meter.retries[f"{kind}: no answer"] += 1
            return None
        if answer.status in AGAIN or answer.status >= 500:
            self.meter.retries[f"{kind}: {answer.status}"] += 1
        else:
            self.meter.answered(kind, monotonic() - began, answer.headers.get("x-statements"))
        return answer
