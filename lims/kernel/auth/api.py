"""Signing in and out."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel

from lims.kernel import clock
from lims.kernel.auth import actions
from lims.kernel.auth.door import Work, allow, program_of, token_of
from lims.kernel.auth.guesses import Guess
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import Program

router = APIRouter(prefix="/auth", tags=["signing in"])


class Granted(BaseModel):
    """A bearer token, and how many seconds it lasts."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the kind of the token, not the token
    expires_in: int


def sign_in(program: Program, name: str, password: str, host: str) -> Granted:
    """A token for a right password; every wrong one is counted, and too many close the door for a while.

    Two transactions: the count of a failure must stay although the request is refused.
    """
    now, settings = clock.now(), program.settings
    guess = Guess.of(program, name, host)
    with program.database.transaction(Access.FIELD) as connection:
        guess.refuse_too_many(connection, now)
    with program.database.transaction(Access.FIELD) as connection:
        if right := guess.is_right(connection, password, now):
            token = actions.issue_token(connection, now, name, now + timedelta(hours=settings.token_hours), name)
    if not right:
        raise Refused("sign_in_wrong", "The name or the password is wrong.")
    return Granted(access_token=token, expires_in=int(settings.token_hours * 3600))


def open_door(request: Request) -> Program:
    """Signing in is open to everyone; it is limited by counting what fails."""
    return program_of(request)


open_door.__roles__ = ()  # type: ignore[attr-defined]  # read by the architecture test only
open_door.__open_because__ = "signing in"  # type: ignore[attr-defined]  # read by the architecture test only


@router.post("/token")
def token(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], request: Request, program: Annotated[Program, Depends(open_door)]
) -> Granted:
    """Sign in with name and password (OAuth2 password form)."""
    return sign_in(program, form.username, form.password, request.client.host if request.client else "")


@router.post("/revoke", status_code=204)
def revoke(request: Request, work: Annotated[Work, allow(*Role, using=Access.FIELD)]) -> None:
    """Sign out: the token of this request is worthless from now on."""
    actions.revoke_token(work.connection, work.now, token_of(request) or "", work.caller.name)
