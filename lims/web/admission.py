"""No more requests at work than there are threads and connections for; a queue before them, and beyond it an honest 503.

Without this, requests that hold a connection wait for a thread while threads wait for a connection.
"""

import anyio
from starlette.types import ASGIApp, Receive, Scope, Send

from lims.web.errors import problem


class Admission:
    """ASGI middleware: `at_work` requests at once, `waiting` more in the queue."""

    def __init__(self, app: ASGIApp, at_work: int, waiting: int) -> None:
        self.app = app
        self._limit = anyio.CapacityLimiter(at_work)
        self._waiting = waiting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in, make wait, or turn away with `Retry-After`."""
        if scope["type"] != "http" or scope["path"] == "/healthz":
            await self.app(scope, receive, send)
            return
        if self._limit.statistics().tasks_waiting >= self._waiting:
            await problem("overloaded", "Too much is asked of the server right now; nothing was taken, send it again.")(
                scope, receive, send
            )
            return
        async with self._limit:
            await self.app(scope, receive, send)
