"""The route that pages ask while somebody types the name of a place."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from lims.catalog import queries
from lims.catalog.finding import sites_like
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.pages import Page

router = APIRouter(prefix="/testing/api", tags=["catalogue"])
MOST_OFFERED = 20


class SiteView(BaseModel):
    """A site by what it is called."""

    code: str
    name: str


@router.get("/sites")
def sites(
    work: Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, Role.OFFICIAL, using=Access.BENCH)],
    q: Annotated[str, Query(max_length=80)] = "",
) -> Page[SiteView]:
    """The first sites whose code or name holds these letters; of somebody bound to a site, that one."""
    known = queries.current(work.connection).sites.values()
    found = sites_like([site for site in known if work.caller.reaches_site(site.code)], q, MOST_OFFERED)
    return Page(items=[SiteView(code=site.code, name=site.name) for site in found])
