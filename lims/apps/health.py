"""Whether the program is alive, and whether it can work."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from lims.apps import migrate
from lims.kernel.auth.door import marked, program_of
from lims.kernel.errors import Refused
from lims.kernel.program import Program

router = APIRouter(include_in_schema=False)


def open_door(request: Request) -> Program:
    """Load balancers have no name."""
    return program_of(request)


Anybody = Annotated[Program, Depends(marked(open_door, (), "load balancers have no name"))]


@router.get("/healthz")
def alive(_program: Anybody) -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz")
def ready(program: Anybody) -> JSONResponse:
    """The database answers and its schema is the one this program was written for, or a newer one."""
    try:
        schema, known = migrate.current(program.database), migrate.head()
    except Refused as refusal:
        return JSONResponse({"status": "database unreachable", "detail": refusal.detail}, status_code=503)
    if not migrate.serves(schema):
        return JSONResponse({"status": "schema not current", "database": schema, "program": known}, status_code=503)
    return JSONResponse({"status": "ready", "schema": schema})
