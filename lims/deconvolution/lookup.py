"""A case as those who ask for it by its code find it."""

from lims.catalog import queries as catalog
from lims.deconvolution import board
from lims.kernel.auth.door import Work
from lims.kernel.errors import Refused


def found(work: Work, case_id: str) -> board.Case:
    """The case; Refused where there is none."""
    case = board.one(work.connection, catalog.current(work.connection), case_id)
    if case is None:
        raise Refused("not_found", "{what} is not known here.", what=f"Case {case_id}")
    return case
