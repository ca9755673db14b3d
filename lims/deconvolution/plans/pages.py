"""The page of a case's schemes, and the list of all that are at work."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from lims.catalog import queries as catalog
from lims.custody.rules import Kind
from lims.deconvolution import board
from lims.deconvolution.lookup import own_case
from lims.deconvolution.plans import lookup, queries, standing
from lims.deconvolution.plans.choosing import planned_with
from lims.deconvolution.plans.forms import MOST_CASES
from lims.deconvolution.rules import CaseState
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.web.places import place_of
from lims.web.render import page

router = APIRouter(include_in_schema=False)
Chooser = Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, using=Access.BENCH)]


@router.get("/testing/cases/{case_id}/scheme")
def scheme(
    request: Request,
    case_id: str,
    work: Chooser,
    prevalence: Annotated[float | None, Query(gt=0, lt=100)] = None,
    others: Annotated[list[str] | None, Query(alias="with", max_length=MOST_CASES)] = None,
) -> Response:
    """What each scheme would cost, which one is at work, and what is to be mixed; `prevalence` in per cent, `with` these cases together."""
    case, known = own_case(work, case_id), catalog.current(work.connection)
    planned = planned_with(case.policy, prevalence / 100 if prevalence else None)
    view = lookup.scheme_view(work, case, planned.prevalence)
    candidates = lookup.candidates(work, case) if view.offers and view.plan is None else []
    together = [code for code in dict.fromkeys(others or []) if code in candidates]
    facts = {
        "case": case,
        "view": view,
        "changeable": case.row.kind == Kind.ALIQUOT_POOL and case.standing.state is not CaseState.CLOSED and not case.standing.preliminary,
        "alone": view.plan is None or view.plan.case == view.case,
        "percent": round(planned.prevalence * 100, 4),
        "candidates": candidates,
        "with": together,
        "offers": lookup.offers(lookup.sizes(work, [case_id, *together]), case.policy, planned) if view.offers else [],
        "choices": queries.choices(work.connection, case_id),
        "formats": [{"regex": one.regex, "kind": one.kind, "check": one.check} for one in known.formats],
        "zone": known.lab(case.row.lab).timezone,
    }
    place = place_of(request, "lab", case.row.lab, {case.row.lab: known.lab(case.row.lab).name})
    return page(request, "schemes/scheme.html", facts, caller=work.caller, place=place)


@router.get("/testing/schemes")
def schemes(request: Request, work: Chooser) -> Response:
    """Every aliquot pool of the lab whose kept tubes wait: what is to be chosen, mixed or tested, oldest first."""
    known = catalog.current(work.connection)
    place = place_of(request, "lab", work.caller.lab, {code: lab.name for code, lab in known.labs.items()})
    codes = queries.at_work(work.connection, place.code)
    at_work = standing.at_work(work.connection, codes)
    cases = {case.row.barcode: case for case in board.these(work.connection, known, codes)}
    facts = {
        "cases": [cases[code] for code in codes if code in cases and cases[code].standing.state is not CaseState.CLOSED],
        "at_work": at_work,
        "names": {code: lookup.plan_view(one.plan) for code, one in at_work.items()},
        "held": lookup.held(work, [code for code in codes if code not in at_work]),
        "zone": known.labs[place.code].timezone if place.code in known.labs else work.program.settings.timezone,
        "now": work.now,
    }
    return page(request, "schemes/schemes.html", facts, caller=work.caller, place=place)
