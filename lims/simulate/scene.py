"""What everybody outside shares: the plan, the clock, the truth, the line to the server; and the channels between them."""

import asyncio
import heapq
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from time import monotonic
from typing import Any, Generic, TypeVar

from lims.simulate.client import Client, Refusal
from lims.simulate.hours import Pacer, SimulatedDay
from lims.simulate.measure import Findings, Meter
from lims.simulate.plan import Credentials, Plan
from lims.simulate.progress import Progress
from lims.simulate.world import World

T = TypeVar("T")


@dataclass
class Stage:
    """What a stage did, and how long it took."""

    seconds: float = 0.0
    tubes: int = 0
    people: int = 0


@dataclass
class Scene:
    """One run."""

    plan: Plan
    credentials: Credentials
    run_id: str
    day: SimulatedDay
    pacer: Pacer
    world: World
    client: Client
    meter: Meter
    findings: Findings
    progress: Progress
    begun: datetime
    labels: int = 0  # reserved so far
    stages: dict[str, Stage] = field(default_factory=dict)

    @cached_property
    def labs(self) -> list[str]:
        """The labs that take part."""
        return self.credentials.labs(self.plan.labs)

    def rng(self, *who: object) -> random.Random:
        """Chance for one actor: the same seed gives the same day, however the actors interleave."""
        return random.Random("/".join(map(str, (self.plan.seed, *who))))

    def done(self, stage: str, tubes: int, people: int) -> None:
        """Count what a stage has got through."""
        entry = self.stages.setdefault(stage, Stage())
        entry.tubes += tubes
        entry.people += people
        self.progress.advance(stage, tubes)

    @asynccontextmanager
    async def stage(self, name: str, tubes: int) -> AsyncIterator[None]:
        """Time a stage; entered again, its time adds up."""
        self.progress.begin(name, tubes)
        began = monotonic()
        try:
            yield
        finally:
            self.stages.setdefault(name, Stage()).seconds += monotonic() - began

    async def attempt(self, what: str, message: Awaitable[T], **facts: object) -> T | None:
        """The answer to a message that must succeed; a refusal becomes a finding, and None."""
        try:
            return await message
        except Refusal as refusal:
            self.findings.add(what, status=refusal.status, code=refusal.code, detail=refusal.detail, **facts)
            return None


class Channel(Generic[T]):
    """Things on their way from one stage to the next, earliest hour first; ends when closed and empty."""

    def __init__(self) -> None:
        self.heap: list[tuple[float, int, T]] = []
        self.count = 0
        self.closed = False
        self.changed = asyncio.Event()

    def put(self, hour: float, thing: T) -> None:
        """Hand on."""
        self.count += 1
        heapq.heappush(self.heap, (hour, self.count, thing))
        self.changed.set()

    def close(self) -> None:
        """Nothing more will come."""
        self.closed = True
        self.changed.set()

    def __aiter__(self) -> AsyncIterator[T]:
        """Take until the end; several takers share."""
        return self

    async def __anext__(self) -> T:
        """The earliest thing there is."""
        while not self.heap:
            if self.closed:
                raise StopAsyncIteration
            self.changed.clear()
            await self.changed.wait()
        return heapq.heappop(self.heap)[2]


async def crew(size: int, things: Iterable[T], work: Callable[[T], Awaitable[None]]) -> None:
    """Let so many workers share these things."""
    source = iter(things)

    async def worker() -> None:
        for thing in source:
            await work(thing)

    await together([worker() for _ in range(size)])


async def together(coroutines: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run all at once; the first error ends all, and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for coroutine in coroutines:
                group.create_task(coroutine)
    except ExceptionGroup as failed:
        first: Exception = failed
        while isinstance(first, ExceptionGroup):
            first = first.exceptions[0]
        raise first from None
