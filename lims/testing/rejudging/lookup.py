"""A comparison as its lab sees it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from lims.kernel.auth.door import Work
from lims.kernel.auth.rules import own_lab
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.kernel.imports.rules import spreadsheet
from lims.kernel.pages import parts_of
from lims.testing.rejudging import queries
from lims.testing.rejudging.forms import ChangeView, RejudgementView


def own_rejudgement(work: Work, rejudgement: UUID) -> AnyRow:
    """A comparison of the caller's lab; Refused as not found where it is another's."""
    row = queries.rejudgement(work.connection, rejudgement)
    if row is None:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Comparison {rejudgement}")
    own_lab(work.caller, row.lab, f"Comparison {rejudgement}")
    return row


def place_in_list(after: str) -> tuple[UUID, str]:
    """Where a list of differences goes on; Refused where the cursor is not one of ours."""
    run, tube = parts_of(after, str, str)
    try:
        return UUID(run), tube
    except ValueError:
        raise Refused("cursor_malformed", "The cursor in `after` is not one of ours; start the list again.") from None


def view(work: Work, rejudgement: UUID) -> RejudgementView:
    """A comparison with every difference."""
    row = own_rejudgement(work, rejudgement)
    return RejudgementView(
        changes=changes(work.connection, rejudgement),
        **{name: getattr(row, name) for name in RejudgementView.model_fields if name != "changes"},
    )


def changes(connection: Connection, rejudgement: UUID) -> list[ChangeView]:
    """Every difference of a comparison."""
    return [
        ChangeView(tube=each.barcode, **{name: getattr(each, name) for name in ChangeView.model_fields if name != "tube"})
        for each in queries.changes(connection, rejudgement)
    ]


def table(told: Sequence[ChangeView]) -> bytes:
    """Differences as a CSV for spreadsheets."""
    rows = (change.model_dump(mode="json") | {"reasons": " ".join(change.reasons)} for change in told)
    return spreadsheet([[*ChangeView.model_fields], *(["" if cell is None else str(cell) for cell in row.values()] for row in rows)])
