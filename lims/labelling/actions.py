"""Reserving codes for a lab, and printing them."""

from datetime import datetime

from sqlalchemy import Connection, update

from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.barcodes import Kind
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.labelling.forms import NewLabelsForm
from lims.sampling.labels import actions as labels
from lims.sampling.labels.tables import LabelRange

# A site and a lab may have the same code; their ranges are told apart by this.
LAB = "lab:"


@unaudited("`labels.reserve` writes the event")
def reserve(connection: Connection, form: NewLabelsForm, by: str, now: datetime) -> None:
    """Reserve codes for a lab: from the store that all labels come from, so never the same code twice."""
    labels.reserve(connection, f"{LAB}{form.lab}", form.count, by, now, Kind(form.kind), range_id=form.id)


@audited("labels.printed", "labels.reprinted")
def note_print(connection: Connection, row: AnyRow, reason: str, by: str, now: datetime) -> None:
    """A range (locked by the caller) is printed; Refused where it was printed before and nobody says why it is again."""
    if row.prints and not reason.strip():
        raise Refused("reprint_without_reason", "These labels were printed before; say in reprint_reason why they are printed again.")
    connection.execute(update(LabelRange).where(LabelRange.id == row.id).values(prints=LabelRange.prints + 1))
    what = {"first": row.first_serial, "count": row.last_serial - row.first_serial + 1} | ({"reason": reason} if row.prints else {})
    record(connection, by, now, [Happening(f"labels {row.id}", "labels.reprinted" if row.prints else "labels.printed", now, what)])


@audited("tube.relabelled")
def note_copy(connection: Connection, tube: AnyRow, by: str, now: datetime) -> None:
    """A second label with the code of a tube is printed: whoever finds two tubes with one code reads here how that may be."""
    record(connection, by, now, [Happening(tube.barcode, "tube.relabelled", now, {"lab": tube.lab})])
