"""A client that does not take silence for an answer."""

import asyncio
import random
from collections.abc import Mapping

import pytest

from lims.simulate.client import Client, GaveUp, Refusal, path_of, pause
from lims.simulate.measure import Findings, Meter
from lims.simulate.wire import Answer, TransportError

FINE = Answer(200, {"x-statements": "7"}, b'{"items": [], "next": null}')
AWAY = Answer(503, {"retry-after": "2"}, b"")


class Script:
    """A line that answers as written; None: it breaks."""

    def __init__(self, *answers: Answer | None) -> None:
        self.answers, self.bodies = list(answers), list[bytes]()

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Answer:
        self.bodies.append(body)
        if (answer := self.answers.pop(0)) is None:
            raise TransportError("gone")
        return answer

    async def close(self) -> None:
        """Nothing to close."""


def client_of(script: Script, patience: float = 900) -> tuple[Client, list[float]]:
    """A client whose pauses are only written down."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    return Client(script, Meter(), Findings(), random.Random(1), patience, sleep), slept


def test_a_broken_line_and_a_busy_server_get_the_same_message_again() -> None:
    script = Script(None, AWAY, Answer(429, {}, b""), Answer(502, {}, b""), FINE)
    client, slept = client_of(script)
    answer = asyncio.run(client.post("sync", "t", "/x", {"id": "1"}))
    assert answer.status == 200
    assert len(set(script.bodies)) == 1
    assert 2 <= slept[1] <= 2.5
    assert sum(client.meter.retries.values()) == 4
    assert client.findings.none
    assert client.meter.statements["sync"].most == 7


def test_pauses_grow_up_to_a_minute_and_are_never_all_alike() -> None:
    rng = random.Random(1)
    assert all(30 <= pause(20, None, rng) <= 60 for _ in range(50))
    assert pause(0, None, rng) <= 0.25
    assert len({pause(3, None, rng) for _ in range(10)}) == 10
    assert pause(0, "Wed, 21 Oct 2026 07:28:00 GMT", rng) <= 0.25


def test_a_refusal_is_not_repeated_and_carries_code_and_sentence() -> None:
    client, slept = client_of(Script(Answer(409, {}, b'{"code": "tube_full", "detail": "Tube 1 is full."}')))
    with pytest.raises(Refusal) as refused:
        asyncio.run(client.post("box", "t", "/x", {}))
    assert (refused.value.status, refused.value.code, refused.value.detail) == (409, "tube_full", "Tube 1 is full.")
    assert not slept


def test_a_server_error_is_a_finding_even_when_it_passes() -> None:
    client, _ = client_of(Script(Answer(500, {}, b"oops"), FINE))
    assert asyncio.run(client.get("cases", "t", "/x")) == {"items": [], "next": None}
    assert client.findings.counts["server error"] == 1


def test_a_server_that_always_breaks_is_given_up() -> None:
    client, _ = client_of(Script(*[Answer(500, {}, b"")] * 9))
    with pytest.raises(Refusal):
        asyncio.run(client.get("cases", "t", "/x"))


def test_patience_ends() -> None:
    client, _ = client_of(Script(*[None] * 3), patience=-1)
    with pytest.raises(GaveUp):
        asyncio.run(client.get("cases", "t", "/x"))


def test_paths_are_quoted() -> None:
    assert path_of("/tubes/{}", "a/b", site="FY 1") == "/tubes/a%2Fb?site=FY+1"
