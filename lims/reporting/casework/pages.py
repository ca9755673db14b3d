"""The page of the figures of cases, and a page of rows behind each of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from lims.catalog import queries as catalog
from lims.catalog.rules import Catalog
from lims.kernel.pages import Blank, cursor, parts_of
from lims.reporting.casework import lists
from lims.reporting.casework.measures import figures_of
from lims.reporting.casework.rules import Behind, PoolRow
from lims.reporting.casework.scope import Asked, Reader, Scope, scope_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)
ROWS_SHOWN = 50


@router.get("/reporting/cases")
def figures(request: Request, work: Reader, asked: Annotated[Asked, Depends()]) -> Response:
    """What the cases of some days took and came to."""
    known = catalog.current(work.connection)
    scope = scope_of(work, known, asked)
    facts = places(known, scope, work) | {"figures": figures_of(work.connection, known, scope, work.now)}
    return page(request, "casework/figures.html", facts, caller=work.caller)


@router.get("/reporting/cases/{what}")
def rows(
    request: Request,
    work: Reader,
    what: Behind,
    asked: Annotated[Asked, Depends()],
    part: Annotated[str | None, Blank] = None,
    after: Annotated[str | None, Blank] = None,
) -> Response:
    """The rows behind a figure."""
    known = catalog.current(work.connection)
    scope = scope_of(work, known, asked)
    start = str(parts_of(after, str)[0]) if after else None
    found = lists.listed(work.connection, known, scope, what, part, start, ROWS_SHOWN, work.now)
    facts = places(known, scope, work) | {
        "what": what.value,
        "kind": lists.kind_of(what).__name__,
        "part": part,
        "rows": found.rows,
        "total": found.total,
        "saved": {row.tube: row.people - row.pool_tests - row.single_tests for row in found.rows if isinstance(row, PoolRow)},
        "next": cursor(found.more) if found.more else None,
    }
    return page(request, "casework/rows.html", facts, caller=work.caller)


def places(known: Catalog, scope: Scope, work: Reader) -> dict[str, object]:
    """What both pages choose from and say of places and days."""
    return {
        "scope": scope,
        "asked": scope.asked,
        "labs": known.labs,
        "sites": known.sites,
        "areas": known.areas,
        "zones": {code: lab.timezone for code, lab in known.labs.items()},
        "zone": scope.question.zone,
        "now": work.now,
    }
