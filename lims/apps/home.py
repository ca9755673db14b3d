"""Signing in and out with a browser, and the page that says what there is to do."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from lims.catalog import queries as catalog
from lims.kernel.auth import actions
from lims.kernel.auth.api import open_door, sign_in
from lims.kernel.auth.door import COOKIE, Work, allow, token_of
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from lims.web.errors import SIGN_IN
from lims.web.render import page

router = APIRouter(include_in_schema=False)
OWN_PAGE = {None, "same-origin", "none"}


@router.get("/")
def home(request: Request, work: Annotated[Work, allow(*Role, using=Access.FIELD)]) -> Response:
    """What this user may do here."""
    known, caller = catalog.current(work.connection), work.caller
    names = {**{code: site.name for code, site in known.sites.items()}, **{code: lab.name for code, lab in known.labs.items()}}
    return page(request, "home/home.html", {"names": names}, caller=caller)


@router.get(SIGN_IN)
def sign_in_page(request: Request, _program: Annotated[Program, Depends(open_door)], next: str = "/") -> Response:  # noqa: A002 - the address says next=
    """The form for name and password."""
    return page(request, "home/sign_in.html", {"next": local_path(next), "refusal": None, "name": ""})


@router.post(SIGN_IN)
def sign_in_here(
    request: Request,
    program: Annotated[Program, Depends(open_door)],
    name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form()] = "/",  # noqa: A002 - as above
) -> Response:
    """Sign in: the token goes into a cookie that scripts cannot read and other sites' pages do not send."""
    try:
        refuse_foreign(request)
        granted = sign_in(program, name, password, request.client.host if request.client else "")
    except Refused as refusal:
        facts = {"next": local_path(next), "refusal": refusal, "name": name}
        return page(request, "home/sign_in.html", facts, status=refusal.status)
    response = RedirectResponse(local_path(next), status_code=303)
    response.set_cookie(
        COOKIE, granted.access_token, max_age=granted.expires_in, httponly=True, samesite="strict", secure=request.url.scheme == "https"
    )
    return response


@router.post("/auth/sign-out", status_code=204)
def sign_out(request: Request, work: Annotated[Work, allow(*Role, using=Access.FIELD)]) -> Response:
    """Sign out: the token is worthless from now on, and the cookie gone."""
    actions.revoke_token(work.connection, work.now, token_of(request) or "", work.caller.name)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response


def refuse_foreign(request: Request) -> None:
    """Refused where the browser says that another site's page has sent the form: nobody is signed in by surprise."""
    if request.headers.get("sec-fetch-site") not in OWN_PAGE:
        raise Refused("foreign_page", "This request comes from another site's page.")


def local_path(address: str) -> str:
    """The address where it is one of ours; the home page otherwise: nobody is sent elsewhere from our sign-in."""
    parts = urlsplit(address)
    ours = address.startswith("/") and not address.startswith("//") and "\\" not in address and not parts.scheme and not parts.netloc
    return address if ours and address.isprintable() else "/"
