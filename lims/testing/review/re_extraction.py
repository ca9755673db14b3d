"""The tubes of an invalid extraction batch go back to be extracted again."""

from datetime import datetime

from sqlalchemy import Connection

from lims.custody.rules import BenchEvent, BenchState, RepeatReason, ready_for
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.testing.extraction import queries as extraction
from lims.testing.extraction.actions import declare_failed
from lims.testing.layout import queries as layout
from lims.testing.review.actions import back_to_queue
from lims.testing.review.forms import ReExtractForm

OPEN = {BenchState.WAITING, *ready_for(BenchEvent.RETURN)} - {BenchState.POOLED}


@audited("tube.returned")
def re_extract(connection: Connection, batch: AnyRow, form: ReExtractForm, at: datetime, by: str, now: datetime) -> None:
    """Let the undecided tubes of a batch wait to be extracted again; what was released or rejected stays as it is.

    Without a failed control somebody says why (a spill, an extractor that stopped), and the batch is invalid from now on.
    """
    known = layout.tubes_for_update(connection, sorted(layout.still_in(connection, [batch.barcode])))
    extraction.lock_batches(connection, [batch.barcode])
    note = form.note.strip()
    if not extraction.failures(connection, [batch.barcode]):
        if not note:
            raise Refused(
                "extraction_sound", "No control of batch {batch} has failed; say why its tubes are extracted again.", batch=batch.barcode
            )
        declare_failed(connection, batch.barcode, form.id, note, at, by, now)
    runs = {code: row.run for code, row in known.items() if row.batch == batch.barcode and row.bench_state in OPEN}
    back_to_queue(connection, runs, batch.lab, RepeatReason.RE_EXTRACTION, form.id, note, at, by)
    what = {"batch": batch.barcode, "reason": RepeatReason.RE_EXTRACTION.value}
    if runs:
        record(connection, by, now, [Happening(code, "tube.returned", at, what) for code in sorted(runs)])
