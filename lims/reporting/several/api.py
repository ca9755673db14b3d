"""The tables of several days, for programs and spreadsheets."""

from typing import Annotated, Any

from fastapi import APIRouter, Response

from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.reporting.day.asking import asked
from lims.reporting.day.forms import Place
from lims.reporting.downloads import table
from lims.reporting.forms import FirstDay, Form, LastDay
from lims.reporting.rules import Format
from lims.reporting.several import board
from lims.reporting.several.board import Comparison, comparison
from lims.reporting.several.forms import BesideRow
from lims.reporting.several.rules import MOST_DAYS, Refusals

router = APIRouter(prefix="/reporting/api", tags=["reports"])
Official = Annotated[Work, allow(Role.OFFICIAL, using=Access.REPORTS)]


@router.get("/compared", response_model=None)
def compared(
    work: Official, first: FirstDay, last: LastDay, lab: Place = None, site: Place = None, area: Place = None, form: Form = Format.JSON
) -> dict[str, Any] | Response:
    """Several days beside as many before them and beside the same weekdays earlier, of a lab, site or area or of all; today is left out."""
    about = asked(work, first, last, lab=lab, site=site, area=area)
    found = comparison(work.connection, about)
    return table(BesideRow, rows_of(found) if found else [], form, f"compared-{first}-{last}")


@router.get("/refused", response_model=None)
def refused(
    work: Official, first: FirstDay, last: LastDay, lab: Place = None, site: Place = None, area: Place = None, form: Form = Format.JSON
) -> dict[str, Any] | Response:
    """Tubes of some days that came to no result, by site and reason, of a lab, site or area or of all; of a month at most."""
    found = board.refused(work.connection, asked(work, first, last, lab=lab, site=site, area=area))
    if found is None:
        days = (last - first).days + 1
        raise Refused("report_too_long", "A report by {by} covers at most {most} days, not {days}.", by="reason", most=MOST_DAYS, days=days)
    return table(Refusals, found, form, f"refused-{first}-{last}")


def rows_of(found: Comparison) -> list[BesideRow]:
    """The rows of the file."""
    now, before, weeks = found.spells.now, found.spells.before, found.spells.weeks_before
    days = (now.first, now.last, before.first, before.last, weeks.first, weeks.last)
    return [BesideRow(row.figure, row.now, row.before, row.weeks_before, *days) for row in found.rows]
