"""Whether the program is alive, and whether it can work."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from lims.apps import migrate
from lims.kernel.auth.door import marked, program_of
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from lims.web.errors import problem

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
    """The database answers and its schema is the one this program was written for, or a newer one."""
    try:
        schema, known = migrate.current(program.database), migrate.head()
    except Refused as refusal:
        return problem("database_unreachable", refusal.detail)
    if not migrate.serves(schema):
        return problem("schema_not_current", f"The schema is at {schema}, this program needs {known}: run `lims db upgrade`.")
    return JSONResponse({"status": "ready", "schema": schema})
