"""Questions that wait at the same moment are answered in one go.

Whoever asks alone is answered at once. While a go is under way others gather, and the next go takes as many of them as it may: when
thousands ask they share its thread, its transaction and its statements.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from anyio.lowlevel import RunVar
from fastapi.concurrency import run_in_threadpool

Question = TypeVar("Question")
Answer = TypeVar("Answer")
MOST = 64


class Together(Generic[Question, Answer]):
    """One go after the other, on a thread: `answer` gets at most `most` questions, and gives as many answers in their order."""

    def __init__(self, answer: Callable[[Sequence[Question]], Sequence[Answer]], most: int = MOST) -> None:
        self._answer = answer
        self._most = most
        # Each event loop has its own: what waits in one cannot be woken from another.
        self._crowd: RunVar[Crowd[Question, Answer]] = RunVar("crowd")

    async def ask(self, question: Question) -> Answer:
        """The answer to this question; whatever goes wrong with a go is raised for each of those whom it was for."""
        crowd = self._crowd.get(None)
        if crowd is None:
            self._crowd.set(crowd := Crowd())
        mine: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        crowd.waiting.append((question, mine))
        if crowd.goes is None:
            crowd.goes = asyncio.create_task(self._answer_all(crowd))
        return await mine

    async def _answer_all(self, crowd: "Crowd[Question, Answer]") -> None:
        """Go after go, until nobody waits."""
        try:
            while crowd.waiting:
                await self._answer_some([crowd.waiting.popleft() for _ in range(min(self._most, len(crowd.waiting)))])
        finally:
            crowd.goes = None

    async def _answer_some(self, some: "list[tuple[Question, asyncio.Future[Answer]]]") -> None:
        """One go. Who has left meanwhile is told nothing."""
        there = [mine for _, mine in some]
        try:
            answers = await run_in_threadpool(self._answer, [question for question, _ in some])
            for mine, answer in [*zip(there, answers, strict=True)]:  # all or none: never somebody else's answer
                if not mine.done():
                    mine.set_result(answer)
        except Exception as failure:  # noqa: BLE001 - it is raised where the answers are awaited
            for mine in there:
                if not mine.done():
                    mine.set_exception(failure)


class Crowd(Generic[Question, Answer]):
    """Who waits in one event loop, and the task that answers them, while there is one."""

    def __init__(self) -> None:
        self.waiting: deque[tuple[Question, asyncio.Future[Answer]]] = deque()
        self.goes: asyncio.Task[None] | None = None
