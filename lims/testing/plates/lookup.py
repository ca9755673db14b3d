"""A plate as its lab sees it."""

from lims.kernel.auth.door import Work
from lims.kernel.auth.rules import own_lab
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.testing.plates import queries
from lims.testing.plates.forms import PlateAnswer


def own_plate(work: Work, barcode: str) -> AnyRow:
    """A plate of the caller's lab; Refused as not found where it is another's."""
    row = queries.plate(work.connection, barcode)
    if row is None:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Plate {barcode}")
    own_lab(work.caller, row.lab, f"Plate {barcode}")
    return row


def plate_answer(work: Work, barcode: str) -> PlateAnswer:
    """A plate's map as it is answered."""
    row = own_plate(work, barcode)
    return PlateAnswer(**{name: getattr(row, name) for name in PlateAnswer.model_fields})
