"""Every refusal and every failure as `application/problem+json` (RFC 9457), or as a page for a browser that asked for one.

What went wrong inside stays inside.
"""

import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount

from lims.kernel.errors import Refused
from lims.kernel.refusals import CATALOGUE
from lims.web.language import language_of
from lims.web.render import page
from lims.web.speech import told

log = logging.getLogger("lims")
PROBLEM = "application/problem+json"
SIGN_IN = "/auth/sign-in"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
FILE_METHODS = ("GET", "HEAD")
TRY_AGAIN_SECONDS = 2
LIMITED_SECONDS = 60
# Where another pause than the usual one is asked for.
PAUSES_SECONDS = {"frames_limited": 1, "database_held": 10}
DISK_FULL = "53100"
# 25006: a standby that nobody has promoted yet.
PASSING = {"25006", "40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300"}


def problem(code: str, detail: str, status: int | None = None, **extra: Any) -> JSONResponse:  # noqa: ANN401 - JSON
    """One problem document."""
    known = CATALOGUE[code]
    status = status or known.status
    headers = {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        usual = TRY_AGAIN_SECONDS if status == HTTPStatus.SERVICE_UNAVAILABLE else LIMITED_SECONDS
        headers["Retry-After"] = str(PAUSES_SECONDS.get(code, usual))
    body = {"type": f"urn:lims:{code}", "title": known.title, "status": status, "code": code, "detail": detail} | extra
    return JSONResponse(body, status_code=status, media_type=PROBLEM, headers=headers)


def wants_page(request: Request) -> bool:
    """Whether a person reads the answer: a browser that asks for HTML, anywhere but in the interface for programs."""
    return "/api/" not in request.url.path and "text/html" in request.headers.get("accept", "")


def said(request: Request, refusal: Refused, status: int | None = None, **extra: Any) -> Response:  # noqa: ANN401 - JSON
    """A refusal in the reader's language: as a page, as the way to sign in, or as a problem document."""
    if not wants_page(request):
        answer = problem(refusal.code, told(refusal, language_of(request)), status, **extra)
        if "Retry-After" in answer.headers and isinstance(minutes := refusal.facts.get("minutes"), int):
            answer.headers["Retry-After"] = str(60 * minutes)  # as the sentence says
        return answer
    if refusal.code == "not_signed_in":
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{SIGN_IN}?{urlencode({'next': asked if request.method == 'GET' else '/'})}", status_code=303)
    return page(request, "refusal.html", {"refusal": refusal}, status=status or refusal.status)


def refused(request: Request, refusal: Exception) -> Response:
    """A refusal, in its own words."""
    if not isinstance(refusal, Refused):
        raise refusal
    return said(request, refusal)


def malformed(request: Request, wrong: Exception) -> Response:
    """A request of another shape: where and what, never the value, which may be personal."""
    errors = wrong.errors() if isinstance(wrong, RequestValidationError) else []
    places = [{"place": whole(".".join(str(step) for step in error["loc"])), "problem": whole(error["msg"])} for error in errors]
    if wants_page(request):
        # The validator speaks English, and of types; a person can only look at what was typed there. In quotes: it is no word of ours.
        names = ", ".join(f"“{place['place'].rpartition('.')[2]}”" for place in places[:5])
        return said(
            request,
            Refused("request_malformed", "What the address or the form says cannot be read: {names}. Go back and change it.", names=names),
        )
    sentence = "; ".join(f"{place['place']}: {place['problem']}" for place in places[:5])
    refusal = Refused("request_malformed", "The request does not have the agreed shape: {places}.", places=sentence)
    return said(request, refusal, errors=places[:50])


def whole(text: str) -> str:
    """A text with question marks for halves of characters, which a key of a JSON object may hold and an answer may not."""
    return text.encode("utf-8", "replace").decode()


def other_status(request: Request, exception: Exception) -> Response:
    """What the framework itself refuses: no such path, wrong method."""
    status = exception.status_code if isinstance(exception, HTTPException) else 500
    if status == HTTPStatus.NOT_FOUND:
        return said(request, Refused("not_found", "There is nothing at this address."), status=status)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return other_method(request)
    told = str(getattr(exception, "detail", "")) or CATALOGUE["request_malformed"].title
    return said(request, Refused("request_malformed", "{problem}", problem=told), status=status)


def other_method(request: Request) -> Response:
    """An address that is called otherwise: how, in the sentence and in `Allow` (RFC 9110, 15.5.6)."""
    # The framework names the methods of one route only; files are mounted and say nothing.
    routes = [route for route in request.app.routes if not isinstance(route, Mount)]
    known = [name for name in METHODS if any(route.matches({**request.scope, "method": name})[0] is Match.FULL for route in routes)]
    methods = ", ".join(known or FILE_METHODS)
    refusal = Refused("method_not_allowed", "This address takes {methods}, not {method}.", methods=methods, method=request.method)
    answer = said(request, refusal)
    answer.headers["Allow"] = methods
    return answer


def database_failed(request: Request, failure: Exception) -> Response:
    """The database is away or chose this transaction as a loser: nothing was taken, and the message may be sent again."""
    state = getattr(getattr(failure, "orig", None), "sqlstate", None)
    gone = isinstance(failure, DBAPIError) and (failure.connection_invalidated or state in PASSING or state is None)
    # No values: the statement's parameters may be personal data.
    log.warning("%s %s: database failure %s", request.method, route_of(request), state or type(failure).__name__)
    if isinstance(failure, DataError):
        return problem("request_malformed", "The request holds a character or a number that no database keeps; write it otherwise.")
    if state == DISK_FULL:
        return said(request, Refused("disk_full", "The database's disk is full; the message was not taken, send it again later."))
    if gone or isinstance(failure, PoolTimeoutError):
        return said(request, Refused("database_unreachable", "The database does not answer; the message was not taken, send it again."))
    log.error("unforeseen database error: %s", type(getattr(failure, "orig", failure)).__name__)
    return said(request, Refused("internal", "Something went wrong on the server; it is logged. The message was not taken."))


def route_of(request: Request) -> str:
    """The route as it is declared: in the address itself may stand whatever was scanned, somebody's number too."""
    return getattr(request.scope.get("route"), "path", "(no route)")


def half_characters(_request: Request, _failure: Exception) -> JSONResponse:
    """JSON may hold the half of a character (a lone surrogate), which no text can be made of."""
    return problem("request_malformed", "The request holds halves of characters; write them whole.")


def unforeseen(request: Request, failure: Exception) -> Response:
    """Anything else: where it happened goes to the log, without the values it happened with."""
    trace = failure.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    log.error("%s %s: %s at %s", request.method, route_of(request), type(failure).__name__, where)
    return said(request, Refused("internal", "Something went wrong on the server; it is logged. The message was not taken."))


def install(app: FastAPI) -> None:
    """Hang these answers into an application."""
    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, other_status)
    app.add_exception_handler(SQLAlchemyError, database_failed)
    app.add_exception_handler(UnicodeEncodeError, half_characters)
    app.add_exception_handler(Exception, unforeseen)
