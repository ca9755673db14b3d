"""Routes of cases and recollections."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.deconvolution import actions, board, queries
from lims.deconvolution.callbacks import lookup as callbacks
from lims.deconvolution.forms import (
    CaseView,
    CloseForm,
    ContactForm,
    NeighbourView,
    RecollectionView,
    ReopenForm,
    TracedView,
    as_csv,
    neighbour,
    without_results,
)
from lims.deconvolution.lookup import found, opened_by, own_case
from lims.deconvolution.members.queries import ever_handed_to
from lims.deconvolution.queries import Among
from lims.deconvolution.rules import CaseState, ContactEvent, MemberState
from lims.deconvolution.story.telling import of_case
from lims.kernel import clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab, own_site
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.pages import Blank, Page, cursor, parts_of

bench_router = APIRouter(prefix="/testing/api", tags=["cases"])
field_router = APIRouter(prefix="/sampling/api", tags=["cases"])
authority_router = APIRouter(prefix="/reporting/api", tags=["cases"])
Limit = Annotated[int, Query(ge=1, le=500)]


@bench_router.get("/cases")
def list_cases(
    work: Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, Role.OFFICIAL, using=Access.BENCH)],
    state: Annotated[CaseState | None, Blank] = None,
    lab: Annotated[str | None, Blank] = None,
    site: Annotated[str | None, Blank] = None,
    after: Annotated[str | None, Blank] = None,
    limit: Limit = 100,
) -> Page[CaseView]:
    """Cases, oldest first; of the own lab or site for those bound to one."""
    if lab is not None:
        own_lab(work.caller, lab, f"Lab {lab}")
    if site is not None:
        own_site(work.caller, site, f"Site {site}")
    site = site or work.caller.site
    point = tuple(parts_of(after, datetime, str)) if after else None
    known = catalog.current(work.connection)
    among = Among(work.caller.lab or lab, None if site is None else {site}, states=None if state is None else frozenset({state}))
    cases, more = board.listed(work.connection, known, among, point, limit)
    return Page(items=[board.view(case) for case in cases], next=cursor(*more) if more else None)


@bench_router.get("/cases/{case_id}")
def one_case(case_id: str, work: Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, Role.OFFICIAL, using=Access.BENCH)]) -> CaseView:
    """One case."""
    return board.view(own_case(work, case_id))


@bench_router.get("/cases/{case_id}/neighbours", response_model=Page[NeighbourView])
def neighbours(
    case_id: str,
    work: Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, Role.OFFICIAL, using=Access.BENCH)],
    format: Literal["json", "csv"] = "json",  # noqa: A002 - as everywhere in the interface
) -> Page[NeighbourView] | Response:
    """The tubes to be traced around a case's tube: sampled just before and after, packed in the same box, on the same plates."""
    case = own_case(work, case_id)
    items = [neighbour(one) for one in of_case(work.connection, case, work.caller).neighbours]
    return file_of(items, NeighbourView, f"near-{case_id}") if format == "csv" else Page(items=items)


def file_of(items: Sequence[BaseModel], shape: type[BaseModel], name: str) -> Response:
    """A list as a file; the name holds codes alone."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(as_csv(items, shape), media_type="text/csv; charset=utf-8", headers=disposition)


@field_router.get("/cases/{case_id}/contacts", response_model=Page[TracedView])
def contacts(
    case_id: str,
    work: Annotated[Work, allow(Role.SAMPLER, using=Access.FIELD)],
    format: Literal["json", "csv"] = "json",  # noqa: A002 - as above
) -> Page[TracedView] | Response:
    """Who is to be traced around a case of this site, by name; of this site's tubes. That it was opened goes into the trail."""
    items = opened_by(work, case_id)
    return file_of(items, TracedView, f"contacts-{case_id}") if format == "csv" else Page(items=items)


@authority_router.get("/cases/{case_id}/contacts", response_model=Page[TracedView])
def contacts_of_every_site(
    case_id: str,
    work: Annotated[Work, allow(Role.INTEGRATION, using=Access.FIELD)],
    format: Literal["json", "csv"] = "json",  # noqa: A002 - as above
) -> Page[TracedView] | Response:
    """The same of every site, for the authority's program, or of the own lab or site; with the scope `identity` alone."""
    own_case(work, case_id)
    if not work.caller.sees_identity:
        raise Refused("scope_missing", "{name} may not see names: this needs the scope identity.", name=work.caller.name)
    items = opened_by(work, case_id)
    return file_of(items, TracedView, f"contacts-{case_id}") if format == "csv" else Page(items=items)


@bench_router.post("/cases/{case_id}/members/{position}")
def note_contact(
    case_id: str, position: int, form: ContactForm, work: Annotated[Work, allow(Role.SAMPLER, Role.TECHNICIAN, using=Access.BENCH)]
) -> CaseView:
    """Note that a member was called, was not reached, refused, moved away, or was taken over by the site that he moved to."""
    case = found(work, case_id)
    if work.caller.has(Role.TECHNICIAN):
        own_lab(work.caller, case.row.lab, f"Case {case_id}")
    elif work.caller.site is None or position not in ever_handed_to(work.connection, work.caller.site, case_id):
        own_site(work.caller, case.row.site, f"Case {case_id}")
    if form.to_site:
        catalog.current(work.connection).site(form.to_site)
    if position not in {member.position for member in case.members}:
        raise Refused("not_found", "{what} is not known here.", what=f"Position {position} of case {case_id}")
    at = clock.happened(form.at, work.now)
    content = form.model_dump() | {"case": case_id, "position": position}
    if taken_first(work.connection, form.id, "case.contact", content, work.caller.name, work.now):
        if form.event is ContactEvent.ACCEPTED:
            actions.take_over(work.connection, case, position, form, at, work.caller, work.now)
        else:
            actions.note_contact(work.connection, case.row.barcode, position, form, at, work.caller.name, work.now)
    view = board.view(found(work, case_id))
    return view if work.caller.has(Role.TECHNICIAN) else without_results(view)


@bench_router.post("/cases/{case_id}/close")
def close_case(case_id: str, form: CloseForm, work: Annotated[Work, allow(Role.REVIEWER, using=Access.BENCH)]) -> CaseView:
    """Close a discordant case as cleared, or one with members unsettled as unresolved, with a reason."""
    own_case(work, case_id)
    at = clock.happened(form.at, work.now)
    content = form.model_dump() | {"case": case_id}
    if taken_first(work.connection, form.id, "case.close", content, work.caller.name, work.now):
        queries.lock_case(work.connection, case_id)
        actions.close(work.connection, found(work, case_id), form, at, work.caller.name, work.now)
    return board.view(found(work, case_id))


@bench_router.post("/cases/{case_id}/reopen")
def reopen_case(case_id: str, form: ReopenForm, work: Annotated[Work, allow(Role.REVIEWER, using=Access.BENCH)]) -> CaseView:
    """Open a case again that a reviewer has closed, with a reason."""
    own_case(work, case_id)
    at = clock.happened(form.at, work.now)
    content = form.model_dump() | {"case": case_id}
    if taken_first(work.connection, form.id, "case.reopen", content, work.caller.name, work.now):
        queries.lock_case(work.connection, case_id)
        actions.reopen(work.connection, found(work, case_id), form, at, work.caller.name, work.now)
    return board.view(found(work, case_id))


@field_router.get("/recollections")
def recollections(
    work: Annotated[Work, allow(Role.SAMPLER, using=Access.FIELD)],
    site: Annotated[str | None, Blank] = None,
    state: Annotated[MemberState | None, Blank] = None,
    after: Annotated[str | None, Blank] = None,
    limit: Limit = 200,
) -> Page[RecollectionView]:
    """Members to call back, most urgent first; without `state` those who have not come back yet."""
    if site is not None:
        own_site(work.caller, site, f"Site {site}")
    known = catalog.current(work.connection)
    rows = callbacks.listed(work.connection, work.program.keys, known, work.caller.site or site, state)
    start = tuple(parts_of(after, str, str, int)) if after else None
    rest = [row for row in rows if start is None or callbacks.place(row) > start]
    return Page(items=rest[:limit], next=cursor(*callbacks.place(rest[limit - 1])) if len(rest) > limit else None)
