"""The tables of the page to plan with, for programs and spreadsheets."""

from typing import Any

from fastapi import APIRouter, Response

from lims.kernel.errors import Refused
from lims.reporting.downloads import table
from lims.reporting.forms import Form
from lims.reporting.planning.asking import Question
from lims.reporting.planning.rules import LineRow, by_scheme, by_size, row_of
from lims.reporting.rules import Format

router = APIRouter(prefix="/reporting/api", tags=["prevalence"])
TABLES = {"sizes": by_size, "schemes": by_scheme}


@router.get("/what-if/{name}", response_model=None)
def what_if_table(name: str, asked: Question, form: Form = Format.JSON) -> dict[str, Any] | Response:
    """`sizes` or `schemes`: what the plan comes to beside others. Tests, people and times are averages."""
    if name not in TABLES:
        raise Refused("figure_unknown", "There is no figure {figure}; there are {known}.", figure=name, known=", ".join(TABLES))
    return table(LineRow, [row_of(line) for line in TABLES[name](asked.plan)], form, f"{name}-what-if")
