"""The page on which one person's own code is made."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.web.render import page

router = APIRouter(include_in_schema=False)


@router.get("/sampling/person-code")
def person_code(request: Request, work: Annotated[Work, allow(Role.SAMPLER, Role.ADMIN, using=Access.FIELD)]) -> Response:
    """Type, number and name in; a code to print out. Nothing is kept."""
    return page(request, "roster/person_code.html", {}, caller=work.caller)
