"""The page behind the code of a receipt: a person asks for the own result."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response

from lims.catalog import queries as catalog
from lims.kernel.auth.door import Work, everyone
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.release.forms import LookupForm
from lims.release.lookup import looked_up, question
from lims.sampling.people.rules import IdType
from lims.web.render import page

router = APIRouter(include_in_schema=False)
Anybody = Annotated[Work, everyone(Access.FIELD, "people ask for their own result, with the code they were given")]
Code = Annotated[str, Path(max_length=40)]


@router.get("/sampling/result/{code}")
def ask(request: Request, code: Code, _work: Anybody) -> Response:
    """The form: the code is there already, the ID number is not."""
    return page(request, "labels/result.html", facts_of(code))


@router.post("/sampling/result/{code}")
def answer(
    request: Request,
    code: Code,
    work: Anybody,
    id_type: Annotated[IdType, Form()],
    id_number: Annotated[str, Form(min_length=1, max_length=100)],
) -> Response:
    """The result, or that there is none for this number and code."""
    host = request.client.host if request.client else ""
    (said,) = looked_up(work, [question(work.program.keys, LookupForm(id_type=id_type, id_number=id_number, code=code), host)])
    if isinstance(said, Refused):
        return page(request, "labels/result.html", facts_of(code) | {"refusal": said, "id_type": id_type}, status=said.status)
    sites = catalog.current(work.connection).sites
    zone = sites[said.site].timezone if said.site in sites else work.program.settings.timezone
    return page(request, "labels/result.html", facts_of(code) | {"result": said, "zone": zone, "id_type": id_type})


def facts_of(code: str) -> dict[str, object]:
    """What the page says before anything is known."""
    return {"code": code, "id_types": list(IdType), "id_type": next(iter(IdType)), "result": None, "refusal": None}
