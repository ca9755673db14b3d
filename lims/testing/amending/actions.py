"""A released result that was found wrong is replaced: one by one, with the same evidence and the same two people as the first."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, literal, select, update

from lims.catalog.rules import Catalog
from lims.custody.rules import BenchState, Call, Kind
from lims.custody.tables import Tube
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.auth.rules import Caller
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.testing.amending import queries
from lims.testing.amending.forms import AmendForm
from lims.testing.amending.rules import Evidence, choose, refuse_unamendable
from lims.testing.extraction import queries as extraction
from lims.testing.extraction.rules import refuse_failed
from lims.testing.interpretation import queries as interpretation
from lims.testing.interpretation.tables import CallRow
from lims.testing.review import queries as review
from lims.testing.review.actions import refuse_own_import, refuse_unverified
from lims.testing.review.rules import OnPlate, batches_of, refuse_unapprovable
from lims.testing.review.tables import Release


@audited("tube.amended")
def amend(connection: Connection, catalog: Catalog, barcode: str, form: AmendForm, at: datetime, caller: Caller, now: datetime) -> None:
    """Release another call of a tube in place of the one that stands; it rests on a run like any release, and the older one stays."""
    tube = interpretation.tubes_for_update(connection, [barcode])[barcode]
    refuse_unamendable(barcode, BenchState(tube.bench_state), Kind(tube.kind) if tube.kind else None)
    standing = queries.releases(connection, barcode)[0]
    said = queries.evidence(connection, barcode)
    found = [Evidence(row.run, Call(row.call), row.controls_passed and row.newest == row.run) for row in said]
    chosen = choose(barcode, Call(standing.call), found, form.run, form.call)
    fit_run(connection, catalog, barcode, chosen.run, chosen.call, at, caller)
    replace(connection, barcode, standing.revision, chosen.run, form.id, form.reason.strip(), at, caller.name, now)
    what = {"was": standing.call, "call": chosen.call.value, "run": str(chosen.run), "revision": standing.revision + 1}
    record(connection, caller.name, now, [Happening(barcode, "tube.amended", at, what)])


@unaudited("it only refuses; the amendment that follows writes its events")
def fit_run(connection: Connection, catalog: Catalog, barcode: str, run_id: UUID, call: Call, at: datetime, caller: Caller) -> AnyRow:
    """The run of a call that could be released as a first result, too; Refused where it could not."""
    run = interpretation.run(connection, run_id)
    if run is None:
        raise AssertionError("a call without a run")
    refuse_own_import(run, caller)
    refuse_unapprovable(run.controls_passed, run.id, interpretation.newest_passed_run(connection, run.plate), run.plate)
    batches = batches_of(run.wells)
    extraction.lock_batches(connection, {batches[barcode]} if barcode in batches else set())
    invalid = review.extracted_in_vain(connection, run.wells)
    if barcode in invalid:
        refuse_failed({invalid[barcode].batch: invalid[barcode]})
    there = OnPlate(barcode, call, BenchState.RELEASED, here=True, current=True)
    refuse_unverified(connection, catalog, run, [there], at)
    return run


@audited("tube.amended")
def replace(
    connection: Connection, barcode: str, standing: int, run: UUID, message: UUID, reason: str, at: datetime, by: str, now: datetime
) -> None:
    """Write the amendment from the call itself, so that no result is amended to what was not called."""
    if not queries.supersede(connection, barcode, standing):
        raise Refused("amend_overtaken", "Tube {tube} was amended by somebody else meanwhile; look at it again.", tube=barcode)
    copied = ["barcode", "run", "call", "controls_passed", "imported_by"]
    fixed = {
        "revision": standing + 1, "supersedes": standing, "reason": reason, "review": message, "released_by": by, "at": at,
        "released_at": now,
    }  # fmt: skip
    columns = Release.__table__.columns
    values = [literal(value, columns[name].type) for name, value in fixed.items()]
    source = select(*(getattr(CallRow, name) for name in copied), *values).where(CallRow.barcode == barcode, CallRow.run == run)
    connection.execute(insert(Release).from_select([*copied, *fixed], source))
    call = select(CallRow.call).where(CallRow.barcode == barcode, CallRow.run == run).scalar_subquery()
    connection.execute(update(Tube).where(Tube.barcode == barcode).values(released_call=call, call=call, run=run, amended_at=at))
