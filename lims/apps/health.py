"""Whether the program is alive, and whether it can work.

A balancer must hear it most of all while the database holds still, when every thread and every place of a request waits for it. So both
answer without a thread of the requests (a route that is no `async def` would take one), and the door lets them pass by every queue.
"""

import asyncio
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from lims.apps import migrate
from lims.kernel.auth.door import marked, program_of
from lims.kernel.db import Access, Database
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from lims.web.errors import database_failed, said

router = APIRouter(include_in_schema=False)
# Some balancers and monitors ask for the head alone.
PROBES = ["GET", "HEAD"]
# Balancers wait for two seconds or more.
PATIENCE_SECONDS = 1.5


async def open_door(request: Request) -> Program:
    """Load balancers have no name."""
    return program_of(request)


Anybody = Annotated[Program, Depends(marked(open_door, (), "load balancers have no name"))]


class Looks:
    """Looks at the database, one at a time, on a thread beside those of the requests; whoever asks meanwhile hears of the same one."""

    def __init__(self) -> None:
        self._under_way: asyncio.Task[str | Refused | SQLAlchemyError] | None = None

    async def found(self, database: Database) -> str | Refused | SQLAlchemyError:
        """The schema, where this program can work with it, and why not where it cannot; within `PATIENCE_SECONDS`."""
        if self._under_way is None or self._under_way.done():
            looking = to_thread.run_sync(look, database, abandon_on_cancel=True, limiter=CapacityLimiter(1))
            self._under_way = asyncio.ensure_future(looking)
        done, _ = await asyncio.wait({self._under_way}, timeout=PATIENCE_SECONDS)
        if not done:
            return Refused("database_unreachable", "The database does not answer; the message was not taken, send it again.")
        return self._under_way.result()


@router.api_route("/healthz", methods=PROBES)
async def alive(_program: Anybody) -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.api_route("/readyz", methods=PROBES)
async def ready(request: Request, program: Anybody) -> Response:
    """The database answers, takes what is written, and its schema is the one this program was written for, or a newer one."""
    looks: Looks = request.app.state.looks
    found = await looks.found(program.database)
    # Not raised: handlers of what is raised go to a thread of the requests.
    if isinstance(found, Refused):
        return said(request, found)
    if isinstance(found, SQLAlchemyError):
        return database_failed(request, found)
    return JSONResponse({"status": "ready", "schema": found})


def look(database: Database) -> str | Refused | SQLAlchemyError:
    """The schema of the database, or why this program cannot work with it."""
    try:
        with database.transaction(Access.OWNER, soon=True) as connection:
            schema = migrate.current_of(connection)
            takes_writes = connection.execute(text("SHOW transaction_read_only")).scalar_one() == "off"
    except (Refused, SQLAlchemyError) as trouble:
        return trouble
    if not takes_writes:
        return Refused("database_read_only", "This is a standby: promote it, or name the database that takes writes in LIMS_DATABASE_URL.")
    if schema is None or not migrate.serves(schema):
        return Refused(
            "schema_not_current",
            "The schema is at {schema}, this program needs {needed}: run `lims db upgrade`.",
            schema=schema,
            needed=migrate.head(),
        )
    return schema
