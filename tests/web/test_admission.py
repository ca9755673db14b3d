"""Who may come in when more come than can be worked on."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from lims.kernel.together import MOST
from lims.web import admission
from lims.web.admission import Admission, Most
from lims.web.bodies import SMALL_BYTES, Room

SYNC, LOOK_UP = "/sync", "/look-up"
OLD, NEW = b"old", b"new"


class House:
    """An application that keeps everybody until told to let them go, behind an admission with 4 places and room for 3 to wait."""

    def __init__(self, patience_seconds: float = 60) -> None:
        self.inside: list[bytes] = []
        self.leave = asyncio.Event()
        self.room = Room(most=3 * SMALL_BYTES, left=4 * SMALL_BYTES)
        self.door = Admission(
            self.app, at_work=4, waiting=3, late={SYNC: self.is_late}, together=[LOOK_UP], room=self.room, patience_seconds=patience_seconds
        )

    @staticmethod
    def is_late(start: bytes, whole: bool) -> bool:
        return start == OLD or not whole

    async def app(self, _scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message.get("more_body", False)
        self.inside.append(body)
        await self.leave.wait()
        await send({"type": "http.response.start", "status": 202, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async def knock(self, *parts: bytes, path: str = SYNC, pause: asyncio.Event | None = None) -> tuple[int, dict[bytes, bytes], bytes]:
        """One request, which pauses before its last part; status, headers and body of its answer."""
        unread = [{"type": "http.request", "body": part, "more_body": place < len(parts)} for place, part in enumerate(parts, 1)]
        heard: list[Message] = []

        async def receive() -> Message:
            if pause is not None and len(unread) == 1:
                await pause.wait()
            return unread.pop(0)

        async def send(message: Message) -> None:
            heard.append(message)

        await self.door({"type": "http", "path": path, "method": "POST", "headers": []}, receive, send)
        return heard[0]["status"], dict(heard[0]["headers"]), heard[1]["body"]


def told(story: Callable[[House], Awaitable[Any]], patience_seconds: float = 60) -> None:
    """A story about a house, from its beginning to its end."""

    async def begin() -> None:
        await story(House(patience_seconds))

    asyncio.run(begin())


async def settled() -> None:
    """Until everybody who can go on has gone on."""
    for _ in range(50):
        await asyncio.sleep(0)


def test_a_city_that_asks_for_its_results_all_at_once_keeps_nobody_waiting_who_seals_or_returns() -> None:
    async def story(house: House) -> None:
        city = [asyncio.create_task(house.knock(NEW, path=LOOK_UP)) for _ in range(2 * MOST + 3)]
        await settled()
        assert house.inside == [NEW] * 2 * MOST, "one go, and those who gather for the next"
        assert (await house.knock(NEW, path=LOOK_UP))[0] == 503
        house.inside.clear()
        others = [asyncio.create_task(house.knock(what)) for what in (b"ana", OLD)]
        await settled()
        assert house.inside == [b"ana", OLD]
        house.leave.set()
        assert {answer[0] for answer in await asyncio.gather(*city, *others)} == {202}

    told(story)


def test_a_sampler_who_has_just_sealed_a_tube_passes_by_the_returning_crowd() -> None:
    async def story(house: House) -> None:
        crowd = [asyncio.create_task(house.knock(OLD)) for _ in range(4)]
        await settled()
        assert house.inside == [OLD]
        ana = asyncio.create_task(house.knock(NEW))
        await settled()
        assert house.inside == [OLD, NEW]
        house.leave.set()
        assert {status for status, _, _ in await asyncio.gather(ana, *crowd)} == {202}

    told(story)


def test_whoever_finds_the_queue_full_is_told_when_to_come_again_and_not_all_at_once() -> None:
    async def story(house: House) -> None:
        crowd = [asyncio.create_task(house.knock(OLD)) for _ in range(4)]
        await settled()
        answers = await asyncio.gather(*(house.knock(OLD) for _ in range(1000)))
        assert {status for status, _, _ in answers} == {503}
        assert {headers[b"connection"] for _, headers, _ in answers} == {b"close"}
        waits = [int(headers[b"retry-after"]) for _, headers, _ in answers]
        assert min(waits) >= 2
        assert max(waits) - min(waits) >= 3, "they would come back as a crowd"
        house.leave.set()
        assert {status for status, _, _ in await asyncio.gather(*crowd)} == {202}
        assert (await house.knock(OLD))[0] == 202

    told(story)


@pytest.mark.parametrize("what", [OLD, NEW])
def test_whoever_waits_for_a_place_too_long_is_told_to_come_again_and_keeps_no_place(what: bytes) -> None:
    async def story(house: House) -> None:
        first = [asyncio.create_task(house.knock(NEW)) for _ in range(4)]
        await settled()
        for _ in range(4):
            status, headers, _ = await house.knock(what)
            assert (status, int(headers[b"retry-after"]) >= 2) == (503, True)
        assert house.inside == [NEW] * 4
        house.leave.set()
        assert {answer[0] for answer in await asyncio.gather(*first)} == {202}
        assert {answer[0] for answer in await asyncio.gather(*(house.knock(what) for _ in range(4)))} == {202}

    told(story, patience_seconds=0.05)


def test_a_balancer_is_let_in_whoever_else_is_kept_out() -> None:
    async def story(house: House) -> None:
        crowd = [asyncio.create_task(house.knock(NEW)) for _ in range(7)]
        await settled()
        assert (await house.knock(NEW))[0] == 503
        probes = [asyncio.create_task(house.knock(b"", path=path)) for path in ("/healthz", "/readyz")]
        await settled()
        assert house.inside == [NEW] * 4 + [b""] * 2
        house.leave.set()
        assert {answer[0] for answer in await asyncio.gather(*crowd, *probes)} == {202}

    told(story)


def test_who_watches_sees_how_full_a_queue_was_and_the_log_says_once_that_it_fills(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "monotonic", lambda: 600.0)  # within one minute

    async def story(house: House) -> None:
        crowd = [asyncio.create_task(house.knock(NEW)) for _ in range(4)]
        await settled()
        assert set(house.door.fullest().values()) == {0}
        crowd.append(asyncio.create_task(house.knock(NEW)))
        await settled()
        assert (house.door.fullest()["all"], caplog.messages) == (1 / 3, [])
        for _ in range(2):
            crowd.append(asyncio.create_task(house.knock(NEW)))
            await settled()
        assert (house.door.fullest()["all"], len(caplog.messages)) == (1, 1)
        assert "half of a queue is taken: 2 requests" in caplog.messages[0]
        house.leave.set()
        await asyncio.gather(*crowd)
        assert house.door.fullest()["all"] == 1, "whoever asks afterwards sees it still"

    told(story)


def test_what_was_seen_is_forgotten_after_the_next_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    most, minutes = Most(), iter([0, 0, 1, 1, 2, 4])
    monkeypatch.setattr(admission, "monotonic", lambda: 60.0 * next(minutes))
    assert (most.see(5), most.see(3), most.number, most.see(2), most.number, most.number) == (0, 5, 5, 0, 2, 0)


def test_samplers_too_are_turned_away_where_there_are_too_many_of_them() -> None:
    async def story(house: House) -> None:
        many = [asyncio.create_task(house.knock(NEW)) for _ in range(7)]
        await settled()
        assert len(house.inside) == 4
        assert (await house.knock(NEW))[0] == 503
        house.leave.set()
        assert {status for status, _, _ in await asyncio.gather(*many)} == {202}

    told(story)


def test_what_was_looked_at_arrives_whole() -> None:
    async def story(house: House) -> None:
        house.leave.set()
        assert (await house.knock(NEW))[2] == NEW
        assert (await house.knock(b"a ", b"long ", b"one"))[2] == b"a long one"
        assert (await house.knock(b"", path="/elsewhere"))[2] == b""

    told(story)


def test_a_balancer_hears_that_the_house_lives_however_full_it_is() -> None:
    async def story(house: House) -> None:
        many = [asyncio.create_task(house.knock(NEW)) for _ in range(7)]
        await settled()
        alive = asyncio.create_task(house.knock(b"", path="/healthz"))
        await settled()
        assert len(house.inside) == 5
        house.leave.set()
        assert (await alive)[0] == 202
        await asyncio.gather(*many)

    told(story)


def test_who_sends_slowly_keeps_nobody_out_and_is_let_in_when_all_is_there() -> None:
    async def story(house: House) -> None:
        house.leave.set()
        better_line = asyncio.Event()
        slow = [asyncio.create_task(house.knock(b"sl", b"ow", path=path, pause=better_line)) for path in (SYNC, "/file") for _ in range(6)]
        await settled()
        assert house.inside == []
        assert (await house.knock(b"ana"))[0] == 202
        for one in slow[:6]:
            one.cancel()
        better_line.set()
        assert {answer[2] for answer in await asyncio.gather(*slow[6:])} == {b"slow"}

    told(story)


def test_who_never_comes_to_an_end_is_hung_up_on() -> None:
    async def story(house: House) -> None:
        house.room.grace_seconds = 0.01
        status, headers, body = await house.knock(b"sl", b"ow", pause=asyncio.Event())
        assert (status, headers[b"connection"]) == (408, b"close")
        assert b"over a better line" in body
        assert house.inside == []

    told(story)


def test_a_body_beyond_all_measure_is_refused_and_gives_back_its_room() -> None:
    async def story(house: House) -> None:
        house.leave.set()
        part, room = b"x" * SMALL_BYTES, house.room.left
        status, headers, body = await house.knock(part, part, part, b"x")
        assert (status, b"body_too_large" in body, b"connection" in headers) == (413, True, False)
        assert (await house.knock(part, part, part))[0] == 202
        assert house.room.left == room

    told(story)


def test_large_bodies_together_take_no_more_than_their_room_and_small_ones_none_of_it() -> None:
    async def story(house: House) -> None:
        part = b"x" * SMALL_BYTES
        first = asyncio.create_task(house.knock(part, part, part, path="/file"))
        await settled()
        assert (await house.knock(part, part, path="/file"))[0] == 503
        others = asyncio.create_task(house.knock(b"small", b"er"))
        await settled()
        assert len(house.inside) == 2
        house.leave.set()
        assert {answer[0] for answer in await asyncio.gather(first, others)} == {202}
        assert (await house.knock(part, part, path="/file"))[0] == 202

    told(story)


def test_whoever_hangs_up_before_all_is_said_is_forgotten() -> None:
    async def story(house: House) -> None:
        house.leave.set()

        async def gone() -> Message:
            return {"type": "http.disconnect"}

        async def nobody_hears(_message: Message) -> None:
            raise AssertionError

        await house.door({"type": "http", "path": SYNC, "method": "POST", "headers": []}, gone, nobody_hears)
        assert house.inside == []

    told(story)
