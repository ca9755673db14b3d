"""The rows behind a number of a day's account, fifty and then more."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from lims.catalog import queries as catalog
from lims.kernel.clock import local_day
from lims.reporting.accounting.access import Official, whose_account
from lims.reporting.accounting.board import rows_behind
from lims.reporting.accounting.forms import RowsAsked
from lims.web.render import page

router = APIRouter(include_in_schema=False)
PAGE = 50


@router.get("/reporting/reconciliation/rows")
def rows(request: Request, work: Official, wanted: Annotated[RowsAsked, Query()]) -> Response:
    """The tubes, runs or labels that stand for a reason."""
    known = catalog.current(work.connection)
    whose = whose_account(work.caller, known, wanted.lab, wanted.site)
    day = wanted.day or local_day(work.now, work.program.settings.timezone)
    found = rows_behind(work.connection, wanted, whose, day, PAGE + 1)
    facts = {
        "wanted": wanted, "whose": whose, "day": day, "rows": found[:PAGE], "more": found[PAGE - 1].code if len(found) > PAGE else None,
        "site_names": {code: site.name for code, site in known.sites.items()},
        "lab_names": {code: lab.name for code, lab in known.labs.items()},
    }  # fmt: skip
    return page(request, "reporting/account_rows.html", facts, caller=work.caller)
