"""A lot as its lab sees it."""

from uuid import UUID

from lims.kernel.auth.door import Work
from lims.kernel.auth.rules import own_lab
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.testing.lots import queries


def own_lot(work: Work, lot: UUID) -> AnyRow:
    """A lot of the caller's lab; Refused as not found where it is another's."""
    row = queries.lot(work.connection, lot)
    if row is None:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Lot {lot}")
    own_lab(work.caller, row.lab, f"Lot {lot}")
    return row
