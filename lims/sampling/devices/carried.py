"""What a device carries: a cookie that scripts cannot read, or a header where a program has no cookies."""

from fastapi import Request, Response
from sqlalchemy import Connection

from lims.kernel.auth.actions import digest_of
from lims.sampling.devices import queries
from lims.sampling.devices.rules import Known

COOKIE = "lims_device"
HEADER = "x-device-token"
LASTS_SECONDS = 400 * 24 * 3600  # no browser keeps a cookie longer


def token_of(request: Request) -> str | None:
    """The token of the device that makes this request."""
    return request.headers.get(HEADER) or request.cookies.get(COOKIE)


def device_of(request: Request, connection: Connection) -> Known | None:
    """The device that makes this request, in use or not; None where it was never set up."""
    token = token_of(request)
    return queries.device_by_token(connection, digest_of(token)) if token else None


def give(request: Request, response: Response, token: str) -> None:
    """Have the browser carry a token."""
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, token, max_age=LASTS_SECONDS, path="/sampling", httponly=True, samesite="lax", secure=secure)
