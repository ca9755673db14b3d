"""Routes of the figures of cases, and of the rows behind each. Nobody's name is read for them."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from lims.catalog import queries as catalog
from lims.kernel.errors import Refused
from lims.kernel.pages import Blank, Page, cursor, parts_of
from lims.reporting.casework import lists
from lims.reporting.casework.files import TABLES
from lims.reporting.casework.lines import FigureLine, lines_of
from lims.reporting.casework.measures import figures_of
from lims.reporting.casework.rules import Behind, CaseRow, MemberRow, PoolRow
from lims.reporting.casework.scope import Asked, Reader, Scope, scope_of
from lims.reporting.downloads import download, table
from lims.reporting.forms import Form
from lims.reporting.rules import Format

router = APIRouter(prefix="/reporting/api/cases", tags=["reports"])
Limit = Annotated[int, Query(ge=1, le=500)]


class FigureLines(BaseModel):
    """Every figure of cases, a line for each; those of very many pools may be some minutes old: `as_of`."""

    rows: list[FigureLine]
    as_of: datetime


@router.get("", response_model=FigureLines)
def figures(work: Reader, asked: Annotated[Asked, Depends()], form: Form = Format.JSON) -> FigureLines | Response:
    """Open cases by age, times to call back, to sample again and to settle, discordant cases, tests saved, recollection by site."""
    known = catalog.current(work.connection)
    scope = scope_of(work, known, asked)
    found = figures_of(work.connection, known, scope, work.now)
    lines = lines_of(found)
    return FigureLines(rows=lines, as_of=found.as_of) if form is Format.JSON else spreadsheet(scope, form, "figures", FigureLine, lines)


@router.get("/tables/{name}", response_model=None)
def figure_table(name: str, work: Reader, asked: Annotated[Asked, Depends()], form: Form = Format.JSON) -> dict[str, Any] | Response:
    """A table of the page of figures: `times`, `sizes` or `sites`."""
    if name not in TABLES:
        raise Refused("figure_unknown", "There is no figure {figure}; there are {known}.", figure=name, known=", ".join(TABLES))
    known = catalog.current(work.connection)
    scope = scope_of(work, known, asked)
    kind, rows_of = TABLES[name]
    found = rows_of(figures_of(work.connection, known, scope, work.now))
    return table(kind, found, form, f"{name}-{scope.question.first}-{scope.question.last}")


@router.get("/{what}", response_model=Page[CaseRow] | Page[MemberRow] | Page[PoolRow])
def rows(
    work: Reader,
    what: Behind,
    asked: Annotated[Asked, Depends()],
    part: Annotated[str | None, Blank] = None,
    form: Form = Format.JSON,
    after: Annotated[str | None, Blank] = None,
    limit: Limit = 200,
) -> Page[lists.AnyLine] | Response:
    """The rows behind a figure: cases, members without names, or pools. As a spreadsheet all of them, as JSON page by page."""
    known = catalog.current(work.connection)
    scope = scope_of(work, known, asked)
    if form is not Format.JSON:
        every = lists.all_of(work.connection, known, scope, what, part, work.now)
        return spreadsheet(scope, form, what.value, lists.kind_of(what), every)
    start = str(parts_of(after, str)[0]) if after else None
    found = lists.listed(work.connection, known, scope, what, part, start, limit, work.now)
    return Page(items=found.rows, next=cursor(found.more) if found.more else None)


def spreadsheet(scope: Scope, form: Format, name: str, kind: type, table_rows: list[FigureLine] | list[lists.AnyLine]) -> Response:
    """Rows as a file."""
    return download(kind, table_rows, form, name, f"cases-{name}-{scope.question.first}-{scope.question.last}.{form.value}")
