"""Who asks at the same moment is answered in one go, and hears the own answer and nobody else's."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from lims.kernel.together import Together


class Desk:
    """Somebody who answers on a thread, who can be kept from answering, and who remembers which questions came together."""

    def __init__(self) -> None:
        self.goes: list[list[int]] = []
        self.begun = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()

    def answer(self, questions: Sequence[int]) -> list[str]:
        self.goes.append([*questions])
        self.begun.set()
        assert self.may_answer.wait(30)
        if 13 in questions:
            raise ConnectionError("the database went away")
        return [f"answer to {question}" for question in questions]


def told(story: Callable[[Desk, Together[int, str]], Coroutine[Any, Any, None]]) -> Desk:
    """A story about a desk where at most ten are answered in one go."""
    desk = Desk()
    asyncio.run(story(desk, Together(desk.answer, most=10)))
    return desk


async def gathered(desk: Desk, crowd: Together[int, str], first: int, others: Sequence[int]) -> list[Any]:
    """What everybody hears when the others come while the first is being answered."""
    desk.may_answer.clear()
    asked = [asyncio.create_task(crowd.ask(question)) for question in (first, *others)]
    assert await asyncio.to_thread(desk.begun.wait, 30)
    desk.may_answer.set()
    return await asyncio.gather(*asked, return_exceptions=True)


def test_whoever_asks_alone_is_answered_at_once_and_alone() -> None:
    async def story(_desk: Desk, crowd: Together[int, str]) -> None:
        assert [await crowd.ask(question) for question in (1, 2)] == ["answer to 1", "answer to 2"]

    assert told(story).goes == [[1], [2]]


def test_all_who_come_while_one_is_being_answered_are_answered_together_each_with_the_own_answer() -> None:
    async def story(desk: Desk, crowd: Together[int, str]) -> None:
        heard = await gathered(desk, crowd, 1, range(100, 125))
        assert heard == [f"answer to {question}" for question in (1, *range(100, 125))]

    desk = told(story)
    together = [question for go in desk.goes for question in go]
    assert together == [1, *range(100, 125)], "in the order in which they came, each once"
    assert max(map(len, desk.goes)) == 10


def test_a_failure_reaches_each_of_those_who_were_answered_together_and_nobody_else() -> None:
    async def story(desk: Desk, crowd: Together[int, str]) -> None:
        heard = await gathered(desk, crowd, 1, range(2, 30))
        for question, said in enumerate(heard, 1):
            go = next(go for go in desk.goes if question in go)
            assert isinstance(said, ConnectionError) if 13 in go else said == f"answer to {question}"
        assert await crowd.ask(5) == "answer to 5", "and afterwards all goes on"

    assert len(next(go for go in told(story).goes if 13 in go)) > 1


def test_whoever_leaves_before_the_answer_holds_up_nobody() -> None:
    async def story(desk: Desk, crowd: Together[int, str]) -> None:
        desk.may_answer.clear()
        asked = [asyncio.create_task(crowd.ask(question)) for question in range(5)]
        assert await asyncio.to_thread(desk.begun.wait, 30)
        asked[0].cancel()
        asked[3].cancel()
        desk.may_answer.set()
        heard = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(said) for said in heard] == [asyncio.CancelledError, str, str, asyncio.CancelledError, str]

    told(story)


def test_where_an_answer_is_missing_nobody_is_given_that_of_somebody_else() -> None:
    async def story() -> None:
        crowd: Together[int, str] = Together(lambda questions: [str(question) for question in questions[1:]])
        heard = await asyncio.gather(*(crowd.ask(question) for question in range(5)), return_exceptions=True)
        assert {type(said) for said in heard} == {ValueError}

    asyncio.run(story())


def test_two_event_loops_have_a_crowd_each() -> None:
    desk = Desk()
    crowd: Together[int, str] = Together(desk.answer)
    assert [asyncio.run(crowd.ask(question)) for question in (1, 2)] == ["answer to 1", "answer to 2"]
