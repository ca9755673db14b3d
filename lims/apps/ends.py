"""The three ends, each by itself or all under one roof; paths are the same either way."""

from collections.abc import Callable, Collection
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import Lifespan

from lims.apps import health, home, reporting, sampling, testing
from lims.apps.tls import pages as tls
from lims.kernel.auth import api as auth
from lims.kernel.auth.door import marked
from lims.kernel.program import Program
from lims.kernel.refusals import CATALOGUE
from lims.reporting.exports import MEDIA
from lims.reporting.rules import Format
from lims.sampling.sync.lateness import is_late
from lims.web import errors
from lims.web.admission import Admission, IsLate
from lims.web.headers import SecurityHeaders
from lims.web.render import STATIC
from lims.web.statements import StatementsHeader

ENDS: dict[str, tuple[APIRouter, ...]] = {"sampling": sampling.ROUTERS, "testing": testing.ROUTERS, "reporting": reporting.ROUTERS}

# Of these paths, what can wait comes in by a narrow lane: tubes of an hour ago.
CAN_WAIT: dict[str, IsLate] = {"/sampling/api/sync": is_late}
# Those who wait here are answered together, on one thread.
TOGETHER = ("/sampling/api/result-lookup",)


def create(program: Program, ends: Collection[str] = tuple(ENDS), lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """An application with these ends."""
    app = FastAPI(title="lims", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.program = program
    app.state.ends = tuple(ends)
    app.state.looks = health.Looks()
    errors.install(app)
    app.add_middleware(StatementsHeader)
    app.add_middleware(SecurityHeaders)
    threads, queue = program.settings.request_threads, program.settings.request_queue
    app.add_middleware(Admission, at_work=threads, waiting=queue, late=CAN_WAIT, together=TOGETHER)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    # A path is looked for route by route: what thousands call stands first.
    for router in (*(router for end in ends for router in ENDS[end]), auth.router, health.router, home.router, tls.router):
        app.include_router(router)
    for end in ends:
        app.add_api_route(f"/{end}/openapi.json", document_of(end), include_in_schema=False)
    return app


def document_of(end: str) -> Callable[..., JSONResponse]:
    """The route that answers with an end's OpenAPI document: its paths, and every code a refusal may carry."""

    def open_door() -> None:
        """The document says what anybody may read in the contract."""

    def document(_: Annotated[None, Depends(marked(open_door, (), "a public document"))]) -> JSONResponse:
        return JSONResponse(openapi(end))

    return document


def openapi(end: str) -> dict[str, Any]:
    """An end's OpenAPI document."""
    routes = [route for router in (*ENDS[end], auth.router) for route in router.routes]
    document = get_openapi(title=f"lims {end}", version="1", routes=routes)
    document["components"].setdefault("schemas", {})["Problem"] = {
        "type": "object",
        "description": "RFC 9457 problem details",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string", "enum": sorted(CATALOGUE)},
            "detail": {"type": "string", "description": "a sentence to act on"},
        },
    }
    refusal = {"description": "Refused", "content": {errors.PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = refusal
            say_files(operation)
    return document


def say_files(operation: dict[str, Any]) -> None:
    """What an answer may be beside JSON: the forms that `format` chooses from, or a file where no shape is declared."""
    content = operation["responses"].get("200", {}).get("content", {})
    asked: dict[str, Any] = next((one["schema"] for one in operation.get("parameters", ()) if one["name"] == "format"), {})
    forms = list(Format) if "$ref" in asked else asked.get("enum", [])
    kinds = [MEDIA[form].partition(";")[0] for form in forms if form in MEDIA]
    if not forms and content.get("application/json", {}).get("schema") == {}:
        kinds = ["*/*"]
        del content["application/json"]
    content.update({kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds})
