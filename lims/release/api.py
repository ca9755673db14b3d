"""Routes of results: for programs that pass them on, and for the person."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from lims.kernel.auth.door import Asking, Work, allow, everyone_together, program_of
from lims.kernel.auth.rules import Role, own_site
from lims.kernel.db import Access, AnyRow
from lims.kernel.errors import Refused
from lims.kernel.imports.rules import spreadsheet, spreadsheet_lines
from lims.kernel.pages import Blank, Page, cursor, parts_of
from lims.release import queries
from lims.release.forms import LookupAnswer, LookupForm, PersonResult
from lims.release.lookup import answer, looked_up, question
from lims.release.rules import Question, ResultState
from lims.sampling.people.queries import identities
from lims.sampling.people.rules import masked_name, masked_number

integration_router = APIRouter(prefix="/reporting/api", tags=["results"])
person_router = APIRouter(prefix="/sampling/api", tags=["results"])
MEDIA = "text/csv; charset=utf-8"
ON_A_PAGE, AT_ONCE = 1000, 5000


@integration_router.get("/person-results", response_model=Page[PersonResult])
def person_results(
    work: Annotated[Work, allow(Role.INTEGRATION, using=Access.FIELD)],
    date: date,
    site: Annotated[str | None, Blank] = None,
    state: Annotated[ResultState | None, Blank] = None,
    after: Annotated[str | None, Blank] = None,
    format: Literal["json", "csv"] = "json",  # noqa: A002 - the contract's name
    limit: Annotated[int | None, Query(ge=1, le=AT_ONCE)] = None,
) -> Page[PersonResult] | Response:
    """One row per person and tube of a day of collection, of the own site or lab for those bound to one; named for the scope `identity`.

    JSON comes in pages, of 1000 rows where `limit` says nothing else. A CSV file without `limit` is whole; with it, it is a page too,
    and the header `X-Next` holds what goes into `after`.
    """
    if site is not None:
        own_site(work.caller, site, f"Site {site}")
    start = tuple(parts_of(after, str, int)) if after else None
    whose = site or work.caller.site
    most = limit or (AT_ONCE if format == "csv" else ON_A_PAGE)
    rows = queries.results_of_day(work.connection, date, whose, work.caller.lab, state, start, most + 1)
    items = named(work, rows[:most])
    following = place(rows[most - 1]) if len(rows) > most else None
    if format == "json":
        return Page(items=items, next=cursor(*following) if following else None)
    if following and limit is None:
        return StreamingResponse(whole_file(work, date, whose, state, items, following), media_type=MEDIA)
    return Response(as_csv(items), media_type=MEDIA, headers={"X-Next": cursor(*following) if following else ""})


def place(row: Any) -> tuple[str, int]:  # noqa: ANN401 - a row of the view
    """Where a row stands in the list."""
    return row.barcode, row.position


def whole_file(
    work: Work, day: date, site: str | None, state: str | None, items: list[PersonResult], after: tuple[str, int]
) -> Iterator[bytes]:
    """The rows that are read already and all that follow them, so that nobody is missing from a file that says nothing of it.

    A transaction for each piece: three million people fit into no memory, and the request's own is over when its answer leaves.
    A failure on the way breaks the answer off, which every client notices.
    """
    yield as_csv(items)
    more = True
    while more:
        with work.program.database.transaction(Access.FIELD) as connection:
            rows = queries.results_of_day(connection, day, site, work.caller.lab, state, after, AT_ONCE)
            items = named(replace(work, connection=connection), rows)
        yield spreadsheet_lines(cells(items)).encode()
        more = len(rows) == AT_ONCE
        after = place(rows[-1]) if rows else after


def named(work: Work, rows: Any) -> list[PersonResult]:  # noqa: ANN401 - rows of the view
    """Rows with the people's identity, masked unless the caller's scope allows more."""
    known = identities(work.connection, work.program.keys, {row.person_id for row in rows})
    shown = []
    for row in rows:
        who = known[row.person_id]
        clear = work.caller.sees_identity
        shown.append(
            PersonResult(
                id_type=who.id_type,
                id_number=who.id_number if clear else masked_number(who.id_number),
                name=who.name if clear else masked_name(who.name),
                tube=row.barcode,
                position=row.position,
                site=row.site,
                collected_at=row.collected_at,
                state=row.state,
                pooled=row.pooled,
                released_at=row.released_at,
                amended_at=row.amended_at,
            )
        )
    return shown


def as_csv(items: Sequence[PersonResult]) -> bytes:
    """A file that spreadsheets read, with a line for each row."""
    return spreadsheet([[*PersonResult.model_fields], *cells(items)])


def cells(items: Sequence[PersonResult]) -> list[list[str]]:
    """Each row as the texts of its line."""
    return [["" if value is None else str(value) for value in item.model_dump(mode="json").values()] for item in items]


@person_router.post("/result-lookup", response_model=LookupAnswer)
async def result_lookup(
    form: LookupForm,
    request: Request,
    asking: Annotated[
        Asking[Question, AnyRow | Refused],
        everyone_together(looked_up, Access.FIELD, "people ask for their own result, with the code they were given"),
    ],
) -> Response:
    """The own latest result. A wrong number and a wrong code get the same answer, and both are counted."""
    said = await asking.answer(question(program_of(request).keys, form, request.client.host if request.client else ""))
    if isinstance(said, Refused):
        raise said
    # Thousands ask at once: an answer that has its shape is not checked against it again.
    return Response(answer(said).model_dump_json(), media_type="application/json")
