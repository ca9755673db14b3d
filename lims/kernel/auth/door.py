"""The door of every route: one transaction, one caller, one time. A route without a door does not pass the tests."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from fastapi import Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Connection

from lims.kernel import clock
from lims.kernel.auth import queries
from lims.kernel.auth.actions import digest_of
from lims.kernel.auth.rules import Caller, Role
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from lims.kernel.together import Answer, Question, Together

T = TypeVar("T")
ANYBODY = Caller("anybody", frozenset())
COOKIE = "lims_session"
SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Work:
    """What a route works with: the open transaction, who asks, and when."""

    connection: Connection
    caller: Caller
    now: datetime
    program: Program


def program_of(request: Request) -> Program:
    """The program this request has reached."""
    program: Program = request.app.state.program
    return program


def token_of(request: Request) -> str | None:
    """The bearer token of a request: from its header, or from the cookie of a signed-in page on this very site."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    cookie = request.cookies.get(COOKIE)
    if cookie and request.method not in SAFE and not same_site(request):
        raise Refused("foreign_page", "This request comes from another site's page.")
    return cookie


def same_site(request: Request) -> bool:
    """Whether a browser says that the request comes from our own page (it sends `Origin` with every write)."""
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


def signed_in(request: Request, connection: Connection, now: datetime) -> Caller:
    """Who asks; Refused with 401 where nobody is signed in."""
    token = token_of(request)
    caller = queries.caller_of(connection, digest_of(token), now) if token else None
    if caller is None:
        raise Refused("not_signed_in", "Sign in first: the token is missing, expired or revoked.")
    return caller


def caller_of(request: Request, program: Program, connection: Connection, using: Access, now: datetime) -> Caller:
    """Who asks. A standby is a moment behind: it does not know yet who signed in or out just now, so the database itself is asked."""
    if not program.database.reads_elsewhere(using):
        return signed_in(request, connection, now)
    with program.database.transaction(Access.FIELD) as own:
        return signed_in(request, own, now)


def allow(*roles: Role, using: Access) -> Any:  # noqa: ANN401 - FastAPI's own Depends() is declared to return Any
    """The door for these roles: opens the transaction with database role `using`, and commits it before the answer leaves."""

    def door(request: Request) -> Iterator[Work]:
        yield from entered(request, roles, using)

    return Depends(marked(door, roles, using=using), scope="function")


def allow_in_one_go(*roles: Role, using: Access) -> Any:  # noqa: ANN401 - as above
    """The same door for the one route that thousands call at once: the route gets a Passage and hands it what is to be done inside.

    An ordinary route goes to a thread four times: to open its door, to work, to write the answer, to close the door. This one goes once.
    """

    async def door(request: Request) -> Passage:
        @contextmanager
        def inside() -> Iterator[Work]:
            yield from entered(request, roles, using)

        return Passage(inside)

    return Depends(marked(door, roles, using=using))


@dataclass(frozen=True)
class Passage:
    """A door that is opened, worked behind, and closed on one thread; the transaction is committed before `through` returns."""

    inside: Callable[[], AbstractContextManager[Work]]

    async def through(self, job: Callable[[Work], T]) -> T:
        """What the job makes of the work."""

        def carried_out() -> T:
            with self.inside() as work:
                return job(work)

        return await run_in_threadpool(carried_out)


def entered(request: Request, roles: tuple[Role, ...], using: Access) -> Iterator[Work]:
    """The transaction of a caller who has one of these roles."""
    program, now = program_of(request), clock.now()
    with program.database.transaction(using) as connection:
        caller = caller_of(request, program, connection, using, now)
        if not caller.has(*roles):
            raise Refused(
                "role_missing", "This needs the role {roles}; you are signed in as {name}.", roles=" or ".join(roles), name=caller.name
            )
        yield Work(connection, caller, now, program)
        request.state.statements = connection.info["statements"]


def everyone(using: Access, reason: str) -> Any:  # noqa: ANN401 - as above
    """The door of the few routes that ask nobody who they are; the reason is part of the code."""

    def door(request: Request) -> Iterator[Work]:
        yield from walked_in(request, using)

    return Depends(marked(door, (), reason, using), scope="function")


def everyone_together(job: Callable[[Work, Sequence[Question]], Sequence[Answer]], using: Access, reason: str) -> Any:  # noqa: ANN401 - as above
    """The same door for a route at which thousands ask at once: it gets an Asking, and `job` answers all who wait in one transaction."""
    of_app: WeakKeyDictionary[FastAPI, Together[Question, tuple[Answer, int]]] = WeakKeyDictionary()

    def together(program: Program) -> Together[Question, tuple[Answer, int]]:
        def answered(questions: Sequence[Question]) -> list[tuple[Answer, int]]:
            with program.database.transaction(using) as connection:
                answers = job(Work(connection, ANYBODY, clock.now(), program), questions)
                return [(answer, connection.info["statements"]) for answer in answers]

        return Together(answered)

    async def door(request: Request) -> Asking[Question, Answer]:
        known = of_app.get(request.app) or of_app.setdefault(request.app, together(program_of(request)))
        return Asking(request, known)

    return Depends(marked(door, (), reason, using))


@dataclass(frozen=True)
class Asking(Generic[Question, Answer]):
    """A door at which those who ask at the same moment are answered together."""

    request: Request
    together: Together[Question, tuple[Answer, int]]

    async def answer(self, question: Question) -> Answer:
        """The answer to this question, once the transaction that it was found in is committed."""
        answer, self.request.state.statements = await self.together.ask(question)
        return answer


def walked_in(request: Request, using: Access) -> Iterator[Work]:
    """The transaction of somebody who was not asked."""
    program = program_of(request)
    with program.database.transaction(using) as connection:
        yield Work(connection, ANYBODY, clock.now(), program)
        request.state.statements = connection.info["statements"]


def marked(door: Callable[..., Any], roles: tuple[Role, ...], reason: str = "", using: Access | None = None) -> Callable[..., Any]:
    """The same door with its rule written on it, where the architecture test reads it."""
    door.__roles__ = roles  # type: ignore[attr-defined]  # read by the architecture test only
    door.__using__ = using  # type: ignore[attr-defined]  # read by the architecture test only
    door.__open_because__ = reason  # type: ignore[attr-defined]  # read by the architecture test only
    return door
