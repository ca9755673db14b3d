"""Who may come in, and who waits: no more requests at work than there are threads and connections for.

Without this, requests that hold a connection wait for a thread while threads wait for a connection.

There is a broad lane, and narrow ones. A device that was without a network for an hour can wait a minute longer; a sampler who has just
sealed a tube stands there with the next person. So what says of itself that it is late comes in by a narrow lane: a crowd of late ones
never takes more than a part of the threads, and nobody else queues behind it. A city that asks for its results all at once is answered
together, many on one thread, in a lane beside the others: who reads never keeps those waiting who write. Who finds a queue too long gets
503 and a time to come again; the times are dealt out one after the other, as fast as the lane moves, so that the crowd does not come back
as a crowd. So is whoever has waited for a place for longer than is worth it: while the database holds still, nobody moves.

Nobody is let in, or stands in a queue, before all of the request is there (see `bodies`).
"""

import logging
import math
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic

import anyio
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from lims.kernel.errors import Refused
from lims.kernel.together import MOST
from lims.web.bodies import OVERLOADED, SMALL_BYTES, Body, LeftError, Room
from lims.web.errors import TRY_AGAIN_SECONDS, problem

log = logging.getLogger("lims")
# Says of the first bytes of a request's body, and whether they are all of it, that it can wait.
IsLate = Callable[[bytes, bool], bool]
LATE_PART = 4
# Before a lane has been full for so long, nobody knows how fast it moves. Rather too soon than too late: who comes too soon is told again.
KNOWN_AFTER_SECONDS = 5.0
ASSUMED_A_SECOND = 250.0
LONGEST_SECONDS = 120.0
# A phone gives up after half a minute; it shall hear of it before, after what the database may keep it waiting, too.
PATIENCE_SECONDS = 20.0
# Asked most of all when nobody can be let in.
PROBES = ("/healthz", "/readyz")
# Where in a request's scope whoever watches finds how full the queues were.
FULLEST = "fullest"


class Most:
    """The largest number that was seen in this minute and the one before."""

    def __init__(self) -> None:
        self._minute = self._now = self._before = 0

    def _go_on(self) -> None:
        minute = int(monotonic() // 60)
        if minute != self._minute:
            self._before = self._now if minute == self._minute + 1 else 0
            self._minute, self._now = minute, 0

    def see(self, number: int) -> int:
        """Take notice of a number; the largest of this minute before it."""
        self._go_on()
        before, self._now = self._now, max(self._now, number)
        return before

    @property
    def number(self) -> int:
        """That number; 0 where none was seen."""
        self._go_on()
        return max(self._now, self._before)


class Lane:
    """Requests of one kind: `at_work` at once, `waiting` more in the queue."""

    def __init__(self, at_work: int, waiting: int) -> None:
        self.limit = anyio.CapacityLimiter(at_work)
        self.waiting = waiting
        self.full_since = self.next_turn = 0.0
        self.done = 0
        self.most = Most()

    @property
    def is_full(self) -> bool:
        """Whether the next one has to come again."""
        return self.limit.statistics().tasks_waiting >= self.waiting

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place and keep it while the block runs; who leaves while the lane is full is counted, to know how fast it moves."""
        if self.limit.available_tokens > 0:
            self.full_since, self.done = monotonic(), 0
        else:
            self._notice(self.limit.statistics().tasks_waiting + 1)
        async with self.limit:
            yield
        self.done += 1

    def _notice(self, waits: int) -> None:
        """Say once a minute, while there still is room, that the queue fills."""
        if self.most.see(waits) < (half := math.ceil(self.waiting / 2)) <= waits:
            log.warning("half of a queue is taken: %d requests wait for a place, of %d that may (LIMS_REQUEST_QUEUE)", half, self.waiting)

    def turn(self) -> int:
        """After how many seconds whoever is turned away now should come again."""
        now = monotonic()
        known = self.done > 0 and now - self.full_since > KNOWN_AFTER_SECONDS
        each = (now - self.full_since) / self.done if known else 1 / ASSUMED_A_SECOND
        self.next_turn = max(self.next_turn, now + TRY_AGAIN_SECONDS) + each
        if self.next_turn > now + LONGEST_SECONDS:
            self.next_turn = now + TRY_AGAIN_SECONDS
        return math.ceil(self.next_turn - now)


class Admission:
    """ASGI middleware: `at_work` requests at once; late ones, as `late` says of the paths it names, for each path a quarter of them.

    Those at the paths `together` are answered many at once, on one thread: beside the others, in a lane for one go and those who gather.
    """

    def __init__(
        self,
        app: ASGIApp,
        at_work: int,
        waiting: int,
        late: Mapping[str, IsLate] | None = None,
        together: Collection[str] = (),
        room: Room | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self.app = app
        self._is_late = late or {}
        self._lane = Lane(at_work, waiting)
        self._late_lanes = {path: Lane(max(1, at_work // LATE_PART), waiting) for path in self._is_late}
        self._together_lanes = {path: Lane(2 * MOST, waiting) for path in together}
        self._room = room or Room()
        self._patience_seconds = patience_seconds

    def fullest(self) -> dict[str, float]:
        """Of each queue of this process the largest part that was taken in the last minutes; at 1 others were turned away."""
        late = {f"late {path}": lane for path, lane in self._late_lanes.items()}
        return {name: lane.most.number / lane.waiting for name, lane in ({"all": self._lane} | late | self._together_lanes).items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in, make wait, or turn away with `Retry-After`."""
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self.app(scope, receive, send)
            return
        with Body(self._room) as body:
            try:
                await body.gather(receive)
            except LeftError:
                return
            except Refused as refusal:
                await hung_up(refusal)(scope, receive, send)
                return
            scope[FULLEST] = self.fullest
            lanes = self._lanes_of(scope["path"], body.content)
            async with AsyncExitStack() as inside:
                full = next((lane for lane in lanes if lane.is_full), None) or await self._kept_out(lanes, inside)
                if full is None:
                    await self.app(scope, body.handed_on(receive), send)
            if full is not None:
                await turned_away(full)(scope, receive, send)

    async def _kept_out(self, lanes: list[Lane], inside: AsyncExitStack) -> Lane | None:
        """Wait for a place in each lane, and keep them; the lane in which the wait became too long."""
        with anyio.move_on_after(self._patience_seconds):
            for lane in lanes:
                await inside.enter_async_context(lane.place())
            return None
        return lane

    def _lanes_of(self, path: str, content: bytes) -> list[Lane]:
        """The lanes that somebody has to pass, the narrow one first."""
        is_late = self._is_late.get(path)
        if is_late and is_late(content[:SMALL_BYTES], len(content) <= SMALL_BYTES):
            return [self._late_lanes[path], self._lane]
        return [self._together_lanes.get(path, self._lane)]


def turned_away(lane: Lane) -> ASGIApp:
    """The answer to whoever finds a full queue."""
    answer = hung_up(Refused("overloaded", OVERLOADED))
    answer.headers["Retry-After"] = str(lane.turn())
    return answer


def hung_up(refusal: Refused) -> JSONResponse:
    """A refusal at the door. The line is hung up: thousands of them would use up what a process may hold open.

    But not on whoever is still speaking: who has sent too much would hear of the broken line, and not why.
    """
    answer = problem(refusal.code, refusal.detail)
    if refusal.code != "body_too_large":
        answer.headers["Connection"] = "close"
    return answer
