"""A report as its lab sees it."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from lims.kernel.auth.door import Work
from lims.kernel.auth.rules import own_lab
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.kernel.imports import queries
from lims.kernel.imports.rules import Kind, why_of
from lims.kernel.pages import parts_of
from lims.testing.imports.forms import ImportAnswer, RefusedRow

KINDS = (Kind.RUN, Kind.RACKS)  # what is imported at the bench


def own_report(work: Work, report: UUID) -> AnyRow:
    """A report of the caller's lab, or of a file that nobody knew a lab of; Refused as not found where it is another's."""
    row = queries.report(work.connection, report)
    if row is None or row.kind not in KINDS:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Import {report}")
    if row.lab is not None:
        own_lab(work.caller, row.lab, f"Import {report}")
    return row


def place_in_list(after: str) -> tuple[datetime, UUID]:
    """Where a list of reports goes on; Refused where the cursor is not one of ours."""
    at, report = parts_of(after, datetime, str)
    try:
        return at, UUID(report)
    except ValueError:
        raise Refused("cursor_malformed", "The cursor in `after` is not one of ours; start the list again.") from None


def answer(row: AnyRow, say: Callable[[Refused], str]) -> ImportAnswer:
    """A report with its refused rows, their reasons said by `say`."""
    lines = [RefusedRow(line=line["line"], code=line["code"], reason=say(why_of(line)), cells=line["cells"]) for line in row.lines]
    told = {name: getattr(row, name) for name in ImportAnswer.model_fields if name not in {"plate", "sha256", "lines"}}
    return ImportAnswer(plate=row.about, sha256=row.sha256.hex() if row.sha256 else None, lines=lines, **told)
