"""A batch as its lab sees it."""

from lims.kernel.auth.door import Work
from lims.kernel.auth.rules import own_lab
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.testing.extraction import queries
from lims.testing.extraction.forms import ExtractionAnswer

SHOWN = ("barcode", "lab", "assay", "assay_version", "instrument", "extracted_at", "extracted_by", "lots", "wells")


def own_batch(work: Work, barcode: str) -> AnyRow:
    """A batch of the caller's lab; Refused as not found where it is another's."""
    row = queries.batches(work.connection, [barcode]).get(barcode)
    if row is None:
        raise Refused("not_found", "{what} is not known in this lab.", what=f"Batch {barcode}")
    own_lab(work.caller, row.lab, f"Batch {barcode}")
    return row


def batch_answer(work: Work, barcode: str) -> ExtractionAnswer:
    """A batch as it is answered."""
    row = own_batch(work, barcode)
    failures = queries.failures(work.connection, [barcode])
    told = [{"plate": each.plate, "well": each.well or None, "sentence": each.sentence, "at": each.at, "by": each.by} for each in failures]
    return ExtractionAnswer(
        **{name: getattr(row, name) for name in SHOWN},
        state="failed" if failures else "extracted",
        failures=told,
        waiting=queries.waiting_tubes(work.connection, barcode),
    )
