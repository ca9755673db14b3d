"""The page to plan with: what another prevalence, pool size, scheme or capacity would mean."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from lims.catalog import queries as catalog
from lims.deconvolution.schemes.choice import Kind
from lims.kernel.auth.door import Work
from lims.kernel.clock import local_day
from lims.reporting.planning.rules import Plan, by_scheme, by_size
from lims.reporting.prevalence.access import Reader
from lims.reporting.prevalence.forms import Percent, assay_of
from lims.reporting.queries import capacities
from lims.web.render import page

router = APIRouter(include_in_schema=False)
People = Annotated[int, Query(ge=1, le=10_000_000_000)]
Share = Annotated[float, Query(ge=0, le=100, allow_inf_nan=False)]
Size = Annotated[int, Query(ge=1, le=100)]
Wells = Annotated[int, Query(ge=1, le=1_000_000_000)]
SUB_POOL = 3


@router.get("/reporting/what-if")
def what_if(
    request: Request,
    work: Reader,
    people: People = 1_000_000,
    prevalence: Share = 0.1,
    size: Size = 10,
    scheme: Kind = Kind.INDIVIDUAL,
    wells: Wells | None = None,
    sensitivity: Percent = 100.0,
    specificity: Percent = 100.0,
) -> Response:
    """Wells a day: what all labs declare, where none are given."""
    declared = declared_today(work) if wells is None else wells
    kind = Kind.INDIVIDUAL if scheme is Kind.DESIGN else scheme
    plan = Plan(people, prevalence / 100, size, kind, declared, assay_of(sensitivity, specificity), min(SUB_POOL, max(2, (size + 1) // 2)))
    sizes = by_size(plan)
    facts = {
        "plan": plan,
        "sizes": sizes,
        "asked": next(line for line in sizes if line.size == size),
        "fewest": min(sizes, key=lambda line: line.answer.tests),
        "schemes": by_scheme(plan),
        "kinds": [kind for kind in Kind if kind is not Kind.DESIGN],
        "sensitivity": sensitivity,
        "specificity": specificity,
    }
    return page(request, "reporting/what_if.html", facts, caller=work.caller)


def declared_today(work: Work) -> int:
    """Tubes a day that the caller's labs declare together: each is a well."""
    today = local_day(work.now, work.program.settings.timezone)
    newest = {line.lab: line.tubes_per_day for line in sorted(capacities(work.connection, today), key=lambda line: line.valid_from)}
    known = catalog.current(work.connection).labs
    return sum(tubes for lab, tubes in newest.items() if lab in known and work.caller.reaches_lab(lab)) or 1
