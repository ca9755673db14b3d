"""The board of cases, one case, and the list of people to call back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection

from lims.catalog import queries as catalog
from lims.catalog.rules import Catalog
from lims.custody.rules import Kind
from lims.deconvolution import board, queries
from lims.deconvolution.lookup import found, opened_by, own_case
from lims.deconvolution.next_steps import NOTHING_KEPT, next_steps
from lims.deconvolution.plans.awaiting import kept_of
from lims.deconvolution.plans.lookup import scheme_view
from lims.deconvolution.queries import Among
from lims.deconvolution.rules import SETTLED, CaseState, Check, ContactEvent, Finding, MemberState, Outcome
from lims.deconvolution.story.queries import reads, spots
from lims.deconvolution.story.rules import Spot, spot
from lims.deconvolution.story.telling import of_case
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.pages import Blank, cursor, parts_of
from lims.sampling.collection.offline import kept_page
from lims.testing.interpretation import queries as interpretation
from lims.testing.review import charts
from lims.web.language import language_of
from lims.web.places import place_of
from lims.web.render import page

bench_router = APIRouter(include_in_schema=False)
field_router = APIRouter(include_in_schema=False)
CASES_SHOWN = 30
ON_THEIR_WAY = frozenset({MemberState.RECOLLECTED, MemberState.RECEIVED})
BoardReader = Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, Role.OFFICIAL, using=Access.BENCH)]


class Shown(StrEnum):
    """Which cases the board shows."""

    UNFINISHED = "unfinished"
    OPEN = "open"
    RECOLLECTING = "recollecting"
    SETTLED = "settled"
    CLOSED = "closed"
    ALL = "all"

    @property
    def states(self) -> frozenset[CaseState] | None:
        """The states of these cases; None is any."""
        if self is Shown.UNFINISHED:
            return frozenset(CaseState) - {CaseState.CLOSED}
        return None if self is Shown.ALL else frozenset({CaseState(self.value)})


@dataclass(frozen=True)
class Asked:
    """What the board is asked for; every filter is a word of the address, so that a view can be kept and sent on."""

    state: Annotated[Shown | None, Blank] = None
    lab: Annotated[str | None, Blank] = None
    area: Annotated[str | None, Blank] = None
    site: Annotated[str | None, Blank] = None
    after: Annotated[str | None, Blank] = None

    @property
    def shown(self) -> Shown:
        """Which cases: those that are not closed, where nobody says otherwise."""
        return self.state or Shown.UNFINISHED

    def address(self, **changes: str | None) -> str:
        """The address of the board with some words changed; a list starts again when its filter does."""
        words = {name: value for name, value in (vars(self) | {"after": None} | changes).items() if value}
        return f"/testing/cases?{urlencode(words)}"


@bench_router.get("/testing/cases")
def cases(request: Request, work: BoardReader, asked: Annotated[Asked, Depends()]) -> Response:
    """The cases that are not closed, or those asked for, oldest first; of the own lab or site for those bound to one.

    The page asks for itself every second with the tag of what it shows: nothing committed since, nothing made again.
    """
    pulse = f"{queries.unchanged_since(work.connection)} {work.now:%H:%M} {language_of(request)} {work.caller.name}"
    tag = request.headers.get("if-none-match", "").removeprefix("W/").strip('"')
    before, _, shown = tag.partition("-")
    if before == short(pulse):
        return Response(status_code=304, headers={"ETag": f'"{tag}"'})
    answer = board_page(request, work, asked)
    now_shown = short(bytes(answer.body))
    fresh = {"ETag": f'"{short(pulse)}-{now_shown}"', "Cache-Control": "no-cache"}
    if shown == now_shown:
        return Response(status_code=304, headers=fresh)
    answer.headers.update(fresh)
    return answer


def short(content: str | bytes) -> str:
    """A digest that fits into a tag."""
    return blake2b(content.encode() if isinstance(content, str) else content, digest_size=9).hexdigest()


def board_page(request: Request, work: Work, asked: Asked) -> Response:
    """The board as it is now."""
    known = catalog.current(work.connection)
    point = tuple(parts_of(asked.after, datetime, str)) if asked.after else None
    sites = sites_of(known, asked.area, work.caller.site or asked.site)
    among = Among(work.caller.lab or asked.lab, sites, states=asked.shown.states)
    found_cases, more = board.listed(work.connection, known, among, point, CASES_SHOWN)
    kept = kept_of(work.connection, found_cases)
    facts = {
        "cases": [board.view(case) for case in found_cases],
        "steps": {
            case.row.barcode: next_steps(case.standing, case.members, kept.get(case.row.barcode, NOTHING_KEPT)) for case in found_cases
        },
        "standings": {case.row.barcode: Counter(member.state.value for member in case.members) for case in found_cases},
        "whereabouts": whereabouts(work.connection, found_cases),
        "awaited": {case.row.barcode: {m.position: m.awaited_at for m in case.members if m.awaited_at} for case in found_cases},
        "asked": asked,
        "shown": list(Shown),
        "next": cursor(*more) if more else None,
        "sites": known.sites,
        "areas": known.areas,
        "labs": known.labs,
        "zones": {code: lab.timezone for code, lab in known.labs.items()},
        "now": work.now,
    }
    place = place_of(request, "lab", work.caller.lab, {code: lab.name for code, lab in known.labs.items()}) if work.caller.lab else None
    return page(request, "cases/board.html", facts, caller=work.caller, place=place)


def whereabouts(connection: Connection, cases: Sequence[board.Case]) -> dict[str, dict[int, Spot]]:
    """Where the tube of each case is (0), and the single tubes that are on their way to a result, by position; of cases that go on."""
    tubes = {
        case.row.barcode: {0: case.row.barcode} | {m.position: m.tube for m in case.members if m.tube and m.state in ON_THEIR_WAY}
        for case in cases
        if case.standing.state is not CaseState.CLOSED
    }
    rows = spots(connection, [code for places in tubes.values() for code in places.values()])
    return {case: {place: spot(rows[code]) for place, code in places.items() if code in rows} for case, places in tubes.items()}


def sites_of(known: Catalog, area: str | None, site: str | None) -> frozenset[str] | None:
    """The sites that are asked for: one, or those of an area and of the areas in it; None is all of them."""
    if site is None and area is None:
        return None
    chosen = known.sites if site is None else {site}
    areas = {code: one.area for code, one in known.sites.items()}
    return frozenset(code for code in chosen if area is None or (code in areas and known.lies_in(areas[code], area)))


@bench_router.get("/testing/cases/{case_id}")
def case(request: Request, case_id: str, work: BoardReader) -> Response:
    """One case with its whole story, and for reviewers the way to close it."""
    one = own_case(work, case_id)
    known = catalog.current(work.connection)
    facts = {
        "case": board.view(one),
        "steps": next_steps(one.standing, one.members, kept_of(work.connection, [one]).get(case_id, NOTHING_KEPT)),
        "story": of_case(work.connection, one, work.caller),
        "counts": Counter(member.state.value for member in one.members),
        "handed_over": {member.position: member.handed_over for member in one.members if member.handed_over},
        "sites": known.sites,
        "zone": known.lab(one.row.lab).timezone,
        "now": work.now,
        "outcome": Outcome.CLEARED if one.standing.state is CaseState.SETTLED else Outcome.UNRESOLVED,
        "unsettled": [member.position for member in one.members if member.state not in SETTLED],
        "checks": list(Check),
        "findings": list(Finding),
        "labs": known.labs,
        "policy": one.policy,
        "kept_tubes": {person.position: person.tube for person in one.people if person.tube is not None},
        "scheme": scheme_view(work, one) if one.row.kind == Kind.ALIQUOT_POOL and not one.standing.preliminary else None,
    }
    place = place_of(request, "lab", one.row.lab, {one.row.lab: known.lab(one.row.lab).name})
    return page(request, "cases/case.html", facts, caller=work.caller, place=place)


@bench_router.get("/testing/cases/{case_id}/curves/{run}")
def curves(request: Request, case_id: str, run: UUID, work: BoardReader) -> Response:
    """The amplification curves of a case's tube in one run, to be put into its page."""
    one = own_case(work, case_id)
    read = next((read for read in reads(work.connection, one.row.barcode) if read.run == run), None)
    if read is None:
        raise Refused("not_found", "{what} is not known here.", what=f"Run {run} of case {case_id}")
    own = [curve for curve in interpretation.curves(work.connection, run) if curve.well == read.well]
    call = {read.well: read.call}
    seen = {(read.well, target): ct is not None for target, ct in read.readings.items()}
    facts = {
        "charts": charts.charts(own, list(read.readings), call, (), seen),
        "wells": {read.well: {"tube": one.row.barcode}},
        "calls_by_well": call,
        "width": charts.WIDTH, "height": charts.HEIGHT, "left": charts.LEFT, "right": charts.RIGHT, "bottom": charts.BOTTOM,
    }  # fmt: skip
    return page(request, "review/curves.html", facts, caller=work.caller)


@field_router.get("/sampling/cases/{case_id}/contacts")
def contacts(request: Request, case_id: str, work: Annotated[Work, allow(Role.SAMPLER, using=Access.FIELD)]) -> Response:
    """Who is to be traced around a case of this site, by name; that it was opened goes into the trail. No device keeps it."""
    people, one, known = opened_by(work, case_id), found(work, case_id), catalog.current(work.connection)
    place = place_of(request, "site", work.caller.site, {code: site.name for code, site in known.sites.items()})
    zone = known.sites[place.code].timezone if place.code in known.sites else work.program.settings.timezone
    return page(request, "cases/contacts.html", {"people": people, "case": one, "zone": zone}, caller=work.caller, place=place)


@field_router.get("/sampling/recollections")
def recollections(request: Request, work: Annotated[Work, allow(Role.SAMPLER, using=Access.FIELD)]) -> Response:
    """Whom to call back, most urgent first. The page itself names nobody: a device keeps it in clear, and the list encrypted."""
    known = catalog.current(work.connection)
    place = place_of(request, "site", work.caller.site, {code: site.name for code, site in known.sites.items()})
    zone = known.sites[place.code].timezone if place.code in known.sites else work.program.settings.timezone
    facts = {
        "events": [event for event in ContactEvent if event is not ContactEvent.ACCEPTED],
        "sites": {code: site.name for code, site in known.sites.items() if code != place.code},
        "screen": {"site": place.code, "timezone": zone},
    }
    return kept_page(request, "cases/recollections.html", facts, work, place)
