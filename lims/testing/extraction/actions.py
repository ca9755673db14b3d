"""Extracting, and noting that a batch is invalid."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, update

from lims.catalog.rules import Catalog
from lims.custody.tables import Tube
from lims.kernel import clock
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited
from lims.kernel.errors import Refused
from lims.testing.extraction import queries, rules
from lims.testing.extraction.forms import ExtractionForm
from lims.testing.extraction.tables import ExtractionBatch, ExtractionFailure, ExtractionSettlement
from lims.testing.layout import queries as layout
from lims.testing.layout.queue import most_urgent
from lims.testing.layout.rules import given, lay_out, refuse_unready, room_for_tubes, tubes_of
from lims.testing.lots import queries as lots
from lims.testing.lots.rules import OF_BATCH, bound

Failures = Mapping[str, Mapping[str, tuple[str, str]]]  # batch → well on the plate → code and sentence


@audited("batch.extracted", "tube.extracted")
def extract(connection: Connection, catalog: Catalog, form: ExtractionForm, barcode: str, at: datetime, by: str, now: datetime) -> None:
    """Put waiting tubes into the wells of a deep-well plate, beside controls that are extracted with them."""
    assay = catalog.assay(form.assay)
    layout.lock_lab(connection, form.lab)
    if queries.batches(connection, [barcode]):
        raise Refused("extraction_exists", "Extraction batch {batch} is there already; take a new deep-well plate.", batch=barcode)
    if form.layout == "auto":
        room, every = room_for_tubes(assay, rules.DEEP_WELLS), sorted({code for code, _ in catalog.assays})
        rows = most_urgent(connection, catalog, form.lab, assay.pool_max, room, at, independent=every)
        waiting = [row.barcode for row in rows]
        if not waiting:
            raise Refused("nothing_waits", "No tube waits in lab {lab} for assay {assay}.", lab=form.lab, assay=assay.code)
        wells = lay_out(assay, barcode, waiting, queries.previous_wells(connection, form.lab), rules.DEEP_WELLS)
    else:
        wells = given(rules.DEEP_WELLS, form.layout, catalog.formats)
    tubes = tubes_of(wells)
    known = layout.tubes_for_update(connection, tubes)
    rules.refuse_without_control(wells)
    refuse_unready(catalog.lab(form.lab), assay, known, tubes)
    rules.refuse_extracted(known, tubes)
    day = clock.local_day(at, catalog.lab(form.lab).timezone)
    used = bound(lots.known(connection, form.lab), form.lots, OF_BATCH, assay.code, day)
    row = insert(ExtractionBatch).values(
        barcode=barcode, lab=form.lab, assay=assay.code, assay_version=assay.version, wells=wells, instrument=form.instrument.strip(),
        lots=used, extracted_at=at, extracted_by=by,
    )  # fmt: skip
    connection.execute(row)
    connection.execute(update(Tube).where(Tube.barcode.in_(tubes)).values(batch=barcode))
    happenings = [
        Happening(what["tube"], "tube.extracted", at, {"batch": barcode, "well": w}) for w, what in wells.items() if "tube" in what
    ]
    record(connection, by, now, [Happening(barcode, "batch.extracted", at, {"lab": form.lab, "tubes": len(tubes)}), *happenings])


@audited("batch.failed", "batch.in_control")
def note_run(connection: Connection, plate: str, run: UUID, failures: Failures, at: datetime, by: str, now: datetime) -> None:
    """What a run says of the extraction controls on its plate, instead of what the plate's earlier runs said."""
    earlier = (
        update(ExtractionFailure)
        .where(ExtractionFailure.plate == plate, ExtractionFailure.superseded_by.is_(None))
        .values(superseded_by=run)
        .returning(ExtractionFailure.batch)
    )
    before = set(connection.execute(earlier).scalars())
    rows = [
        {"batch": batch, "cause": run, "well": well, "plate": plate, "code": code, "sentence": said, "at": at, "noted_at": now, "by": by}
        for batch, wells in failures.items()
        for well, (code, said) in wells.items()
    ]
    if rows:
        connection.execute(insert(ExtractionFailure), rows)
    happenings = [Happening(code, "batch.failed", at, {"plate": plate, "wells": sorted(wells)}) for code, wells in failures.items()]
    happenings += [Happening(code, "batch.in_control", at, {"plate": plate}) for code in sorted(before - set(failures))]
    if happenings:
        record(connection, by, now, happenings)


@audited("batch.failed")
def declare_failed(connection: Connection, batch: str, cause: UUID, note: str, at: datetime, by: str, now: datetime) -> None:
    """Somebody saw that a batch is invalid: a spill, a run of the extractor that stopped."""
    row = insert(ExtractionFailure).values(batch=batch, cause=cause, well="", code="declared", sentence=note, at=at, noted_at=now, by=by)
    connection.execute(row)
    record(connection, by, now, [Happening(batch, "batch.failed", at, {"note": note})])


@audited("batch.settled")
def settle(connection: Connection, batch: str, message: UUID, decision: str, at: datetime, by: str, now: datetime) -> None:
    """Somebody has decided on the results that had left the lab before their batch was found invalid."""
    connection.execute(insert(ExtractionSettlement).values(batch=batch, id=message, decision=decision, at=at, noted_at=now, by=by))
    record(connection, by, now, [Happening(batch, "batch.settled", at, {"decision": decision})])
