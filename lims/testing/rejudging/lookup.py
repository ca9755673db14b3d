"""A comparison as its lab sees it."""

from uuid import UUID

from lims.kernel.auth.door import Work
from lims.kernel.auth.rules import own_lab
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.testing.rejudging import queries
from lims.testing.rejudging.forms import ChangeView, RejudgementView


def own_rejudgement(work: Work, rejudgement: UUID) -> AnyRow:
    """A comparison of the caller's lab; Refused as not found where it is another's."""
    row = queries.rejudgement(work.connection, rejudgement)
    if row is None:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Comparison {rejudgement}")
    own_lab(work.caller, row.lab, f"Comparison {rejudgement}")
    return row


def view(work: Work, rejudgement: UUID) -> RejudgementView:
    """A comparison with every difference."""
    row = own_rejudgement(work, rejudgement)
    told = [
        ChangeView(tube=each.barcode, **{name: getattr(each, name) for name in ChangeView.model_fields if name != "tube"})
        for each in queries.changes(work.connection, rejudgement)
    ]
    return RejudgementView(changes=told, **{name: getattr(row, name) for name in RejudgementView.model_fields if name != "changes"})
