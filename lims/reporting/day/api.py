"""The tables of the page of a day, and the tubes behind each figure, for programs and spreadsheets."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.reporting.day.asking import asked, day_of
from lims.reporting.day.files import MOST_ROWS, TABLES, name_of, tube_rows, tubes_behind
from lims.reporting.day.forms import Place, RowsAsked, TubeRow
from lims.reporting.downloads import table
from lims.reporting.forms import Day, Form
from lims.reporting.rules import Format

router = APIRouter(prefix="/reporting/api", tags=["reports"])
Official = Annotated[Work, allow(Role.OFFICIAL, using=Access.REPORTS)]


@router.get("/rows", response_model=None)
def rows(work: Official, wanted: Annotated[RowsAsked, Query()], form: Form = Format.JSON) -> dict[str, Any] | Response:
    """The tubes behind a figure of a day (today where none is given; to `to`), of a lab, site or area: codes and times, no names."""
    about = asked(work, wanted.day, wanted.to, lab=wanted.lab, site=wanted.site, area=wanted.area, alone=bool(wanted.alone))
    found = tube_rows(tubes_behind(work, about, wanted, MOST_ROWS + 1))
    if len(found) > MOST_ROWS:
        raise Refused(
            "report_too_large", "{rows} rows are more than a report holds ({most}); ask for fewer days, or for one lab or site.",
            rows=f"> {MOST_ROWS}", most=MOST_ROWS,
        )  # fmt: skip
    return table(TubeRow, found, form, name_of(wanted.figure, about, work.now))


@router.get("/day/{name}", response_model=None)
def day_table(
    name: str, work: Official, day: Day, lab: Place = None, area: Place = None, form: Form = Format.JSON
) -> dict[str, Any] | Response:
    """A table of the page of a day: `legs`, `ages`, `refused`, `hours`, `compared`, `cases` or `rounds`."""
    if name not in TABLES:
        raise Refused("figure_unknown", "There is no figure {figure}; there are {known}.", figure=name, known=", ".join(TABLES))
    about = asked(work, day, None, lab=lab, site=None, area=area)
    kind, made = TABLES[name]
    return table(kind, made(day_of(work.connection, about)), form, name_of(name, about, work.now))
