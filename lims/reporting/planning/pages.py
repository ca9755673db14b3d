"""The page to plan with: what another prevalence, pool size, scheme or capacity would mean."""

from fastapi import APIRouter, Request, Response

from lims.deconvolution.schemes.choice import Kind
from lims.reporting.planning.asking import Question
from lims.reporting.planning.rules import by_scheme, by_size
from lims.web.render import page

router = APIRouter(include_in_schema=False)


@router.get("/reporting/what-if")
def what_if(request: Request, asked: Question) -> Response:
    """The plan beside other sizes and schemes."""
    plan, sizes = asked.plan, by_size(asked.plan)
    facts = {
        "plan": plan,
        "sizes": sizes,
        "asked": next(line for line in sizes if line.size == plan.size),
        "fewest": min(sizes, key=lambda line: line.answer.tests),
        "schemes": by_scheme(plan),
        "kinds": [kind for kind in Kind if kind is not Kind.DESIGN],
        "sensitivity": asked.sensitivity,
        "specificity": asked.specificity,
        "query": asked.query,
    }
    return page(request, "reporting/what_if.html", facts, caller=asked.work.caller)
