"""Whether the program is alive, and whether it can work."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from sqlalchemy import text

from lims.apps import migrate
from lims.kernel.auth.door import marked, program_of
from lims.kernel.db import Access, Database
from lims.kernel.errors import Refused
from lims.kernel.program import Program

router = APIRouter(include_in_schema=False)
# Some balancers and monitors ask for the head alone.
PROBES = ["GET", "HEAD"]


def open_door(request: Request) -> Program:
    """Load balancers have no name."""
    return program_of(request)


Anybody = Annotated[Program, Depends(marked(open_door, (), "load balancers have no name"))]


@router.api_route("/healthz", methods=PROBES)
def alive(_program: Anybody) -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.api_route("/readyz", methods=PROBES)
def ready(program: Anybody) -> JSONResponse:
    """The database answers, takes what is written, and its schema is the one this program was written for, or a newer one."""
    schema, known = migrate.current(program.database), migrate.head()
    if not takes_writes(program.database):
        raise Refused("database_read_only", "This is a standby: promote it, or name the database that takes writes in LIMS_DATABASE_URL.")
    if not migrate.serves(schema):
        raise Refused(
            "schema_not_current",
            "The schema is at {schema}, this program needs {needed}: run `lims db upgrade`.",
            schema=schema,
            needed=known,
        )
    return JSONResponse({"status": "ready", "schema": schema})


def takes_writes(database: Database) -> bool:
    """Whether this is the database itself, and no standby of it."""
    with database.transaction(Access.OWNER) as connection:
        return bool(connection.execute(text("SHOW transaction_read_only")).scalar_one() == "off")
