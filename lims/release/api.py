"""Routes of results: for programs that pass them on, and for the person."""

import csv
import io
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from lims.kernel.auth.door import Asking, Work, allow, everyone_together, program_of
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access, AnyRow
from lims.kernel.errors import Refused
from lims.kernel.pages import Blank, Page, cursor, parts_of
from lims.release import queries
from lims.release.forms import LookupAnswer, LookupForm, PersonResult
from lims.release.lookup import answer, looked_up, question
from lims.release.rules import Question, ResultState
from lims.sampling.people.queries import identities
from lims.sampling.people.rules import masked_name, masked_number

integration_router = APIRouter(prefix="/reporting/api", tags=["results"])
person_router = APIRouter(prefix="/sampling/api", tags=["results"])
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@integration_router.get("/person-results", response_model=Page[PersonResult])
def person_results(
    work: Annotated[Work, allow(Role.INTEGRATION, using=Access.FIELD)],
    date: date,
    site: Annotated[str | None, Blank] = None,
    state: Annotated[ResultState | None, Blank] = None,
    after: Annotated[str | None, Blank] = None,
    format: Literal["json", "csv"] = "json",  # noqa: A002 - the contract's name
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> Page[PersonResult] | Response:
    """One row per person and tube of a day of collection; named only for the scope `identity`."""
    start = tuple(parts_of(after, str, int)) if after else None
    rows = queries.results_of_day(work.connection, date, site, state, start, limit + 1)
    items = named(work, rows[:limit])
    following = cursor(rows[limit - 1].barcode, rows[limit - 1].position) if len(rows) > limit else None
    if format == "csv":
        return Response(as_csv(items), media_type="text/csv; charset=utf-8", headers={"X-Next": following or ""})
    return Page(items=items, next=following)


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


def as_csv(items: list[PersonResult]) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read Chinese; cells that look like formulas are quoted."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(PersonResult.model_fields))
    writer.writeheader()
    for item in items:
        cells = {name: "" if value is None else str(value) for name, value in item.model_dump(mode="json").items()}
        writer.writerow({name: f"'{text}" if text.startswith(FORMULA) else text for name, text in cells.items()})
    return out.getvalue().encode("utf-8-sig")


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
