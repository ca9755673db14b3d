"""A plate as its lab sees it."""

from typing import Any
from uuid import UUID

from lims.kernel.auth.door import Work
from lims.kernel.auth.rules import own_lab
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.testing.extraction import queries as extraction
from lims.testing.layout.rules import tubes_of
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


def uses_of(work: Work, lot: UUID) -> dict[str, Any]:
    """The batches and plates that used a lot, and the tubes in them."""
    batches, plates = extraction.batches_with_lot(work.connection, lot), queries.plates_with_lot(work.connection, lot)
    tubes = sorted({tube for row in (*batches, *plates) for tube in tubes_of(row.wells)})
    return {"batches": batches, "plates": plates, "tubes": tubes}
