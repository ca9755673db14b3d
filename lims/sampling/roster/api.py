"""Routes of people who are expected. All of it is made in memory and forgotten: no row, no file, no line of a log."""

from typing import Annotated

from fastapi import APIRouter, File, Response, UploadFile

from lims.kernel import workbooks
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.sampling.labels.symbols import square_rows
from lims.sampling.people.rules import person_code
from lims.sampling.roster import printed
from lims.sampling.roster.forms import MOST, CodeAnswer, PersonForm, RosterForm, RowsAnswer

router = APIRouter(prefix="/sampling/api", tags=["roster"])
Sampler = Annotated[Work, allow(Role.SAMPLER, Role.ADMIN, using=Access.FIELD)]
MOST_BYTES = 8 * 2**20
NO_STORE = {"Cache-Control": "no-store"}


@router.post("/person-code")
def code_of_person(form: PersonForm, response: Response, work: Sampler) -> CodeAnswer:  # noqa: ARG001 - the door
    """The code with which one scan says who somebody is."""
    response.headers.update(NO_STORE)
    code = person_code(form.identity(), form.group.strip())
    return CodeAnswer(code=code, rows=square_rows("qr", code))


@router.post("/roster/rows")
def rows_of_workbook(file: Annotated[UploadFile, File()], response: Response, work: Sampler) -> RowsAnswer:  # noqa: ARG001 - the door
    """A workbook as rows of text, for a device that reads only CSV; the device judges them."""
    response.headers.update(NO_STORE)
    content = file.file.read(MOST_BYTES + 1)
    sheets = workbooks.sheets(content) if len(content) <= MOST_BYTES else None
    if not sheets:
        raise Refused("roster_unreadable", "The workbook is damaged, or larger than any list of people; save it again as CSV.")
    rows = [row for _, found in sheets[:1] for row in found]
    if len(rows) > MOST + 1:
        raise Refused("roster_too_long", "The list has {count} rows; a list has at most {most}. Split it.", count=len(rows), most=MOST)
    return RowsAnswer(rows=rows)


@router.post("/roster/pdf")
def printed_roster(form: RosterForm, work: Sampler) -> Response:  # noqa: ARG001 - the door
    """The list on paper, A4, with a code for each person."""
    people = [(person.identity(), person.group.strip()) for person in form.people]
    headers = NO_STORE | {"Content-Disposition": 'attachment; filename="roster.pdf"'}
    return Response(printed.pdf(form.title, people), media_type="application/pdf", headers=headers)
