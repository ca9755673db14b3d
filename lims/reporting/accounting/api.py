"""The rows behind a day's account, for programs and spreadsheets."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from lims.catalog import queries as catalog
from lims.kernel.clock import local_day
from lims.reporting.accounting.access import Official, whose_account
from lims.reporting.accounting.board import rows_behind
from lims.reporting.accounting.forms import AccountRow, RowsAsked
from lims.reporting.downloads import download
from lims.reporting.forms import Form
from lims.reporting.rules import Format

router = APIRouter(prefix="/reporting/api", tags=["reports"])
MOST = 10_000


@router.get("/reconciliation/rows", response_model=None)
def rows(work: Official, wanted: Annotated[RowsAsked, Query()], form: Form = Format.JSON) -> dict[str, Any] | Response:
    """The tubes, runs or labels that stand for a reason in a day's account (today's where none is given); no names. Go on with `after`.

    Of a lab or a site alone where one is given; whoever is bound to one gets what is theirs. Labels have no lab, readings no site.
    """
    whose = whose_account(work.caller, catalog.current(work.connection), wanted.lab, wanted.site)
    day = wanted.day or local_day(work.now, work.program.settings.timezone)
    found = rows_behind(work.connection, wanted, whose, day, MOST)
    if form is Format.JSON:
        return {"items": [asdict(row) for row in found], "next": found[-1].code if len(found) == MOST else None}
    return download(AccountRow, found, form, wanted.part.value, f"account-{wanted.part}-{wanted.reason}-{day}.{form.value}")
