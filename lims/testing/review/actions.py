"""A second person decides: release, or send back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Text, case, insert, literal, select, true, update

from lims.catalog.rules import Catalog
from lims.custody.queries import pool_members
from lims.custody.rules import BenchEvent, BenchState, Call, RepeatReason, advance, ready_for
from lims.custody.tables import Tube
from lims.kernel import clock
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.auth.rules import Caller
from lims.kernel.db import AnyRow, records
from lims.kernel.errors import Refused
from lims.testing.accession.following import FOLLOWERS
from lims.testing.extraction import queries as extraction
from lims.testing.extraction.rules import refuse_failed
from lims.testing.instruments.tables import ReadingRow
from lims.testing.interpretation.queries import calls, newest_passed_run, tubes_for_update
from lims.testing.interpretation.tables import CallRow
from lims.testing.review import queries
from lims.testing.review.forms import ReviewForm
from lims.testing.review.rules import (
    OnPlate,
    batches_of,
    clean_negatives,
    named,
    refuse_out_of_control,
    refuse_unapprovable,
    refuse_unverifiable,
    returnable,
)
from lims.testing.review.tables import Release, Returned


def refuse_own_import(run: AnyRow, caller: Caller) -> None:
    """Refused where the reviewer is the importer: two people sign."""
    if run.imported_by == caller.name:
        raise Refused("own_import", "You imported this run; another reviewer signs it off.")


@audited("tube.released", "run.approved")
def approve(connection: Connection, catalog: Catalog, run: AnyRow, form: ReviewForm, at: datetime, caller: Caller, now: datetime) -> None:
    """Release the run's clean negatives together, or the tubes that are named."""
    refuse_own_import(run, caller)
    refuse_unapprovable(run.controls_passed, run.id, newest_passed_run(connection, run.plate), run.plate)
    tubes = on_plate(connection, run)
    extraction.lock_batches(connection, set(batches_of(run.wells).values()))
    invalid = queries.extracted_in_vain(connection, run.wells)
    if form.tubes is None:
        chosen = clean_negatives(tubes.values(), queries.doubted(connection, run.id, list(tubes)) | set(invalid))
    else:
        chosen = named(tubes, form.tubes)
        refuse_failed({failure.batch: failure for code, failure in invalid.items() if code in chosen})
        refuse_unverified(connection, catalog, run, [tubes[code] for code in chosen], at)
    for code in chosen:
        advance(tubes[code].state, BenchEvent.RELEASE, code)
    release(connection, run.id, form.id, chosen, at, caller.name, now)
    happenings = [Happening(code, "tube.released", at, {"call": tubes[code].call.value, "run": str(run.id)}) for code in chosen]
    happenings += settle_pools(connection, run, form.id, chosen, at, caller.name, now)
    what = {"run": str(run.id), "released": len(chosen), "comment": form.comment}
    record(connection, caller.name, now, [Happening(run.plate, "run.approved", at, what), *happenings])
    for follow in FOLLOWERS:
        follow(connection, catalog, chosen, at, caller.name, now)


@unaudited("it only refuses; the release that follows writes its events")
def refuse_unverified(connection: Connection, catalog: Catalog, run: AnyRow, tubes: Sequence[OnPlate], at: datetime) -> None:
    """Refused where the policy wants a call verified before it is released, and no assay without a common target has called the tube."""
    policy = catalog.verification(clock.local_day(at, catalog.lab(run.lab).timezone))
    if policy is None or not policy.required:
        return
    wanting = [tube.barcode for tube in tubes if tube.call in policy.calls]
    other = [assay.code for assay in catalog.verifying(catalog.assay(run.assay, run.assay_version))]
    seen = queries.called_by(connection, wanting, other)
    lacking = [code for code in wanting if code not in seen]
    if lacking and tubes[0].state is BenchState.RELEASED:
        raise Refused(
            "verification_missing",
            "No assay without a common target has called tube {tube} ({source}), and a released tube is not tested once more:"
            " have its people sampled again, and tell the authority.",
            tube=lacking[0], source=policy.source,
        )  # fmt: skip
    if lacking:
        raise Refused(
            "verification_missing",
            "Tube {tube} waits for an assay without a common target ({source}): send it back to be verified with {assays}.",
            tube=lacking[0], source=policy.source, assays=", ".join(other) or "?",
        )  # fmt: skip


@audited("tube.returned", "run.rejected")
def send_back(connection: Connection, catalog: Catalog, run: AnyRow, form: ReviewForm, at: datetime, caller: Caller, now: datetime) -> None:
    """Put tubes back into the queue for a repeat; what the run said of them stays on record."""
    refuse_own_import(run, caller)
    reason, tubes = form.reason or RepeatReason.REPEAT, on_plate(connection, run)
    chosen = returnable(tubes, form.tubes)
    if reason is RepeatReason.VERIFICATION:
        refuse_out_of_control(run.controls_passed, run.plate)
        verifying = catalog.verifying(catalog.assay(run.assay, run.assay_version))
        refuse_unverifiable([tubes[code] for code in chosen], run.assay, [assay.code for assay in verifying])
    back_to_queue(connection, dict.fromkeys(chosen, run.id), run.lab, reason, form.id, form.comment, at, caller.name)
    if run.controls_passed and chosen:
        connection.execute(update(Tube).where(Tube.barcode.in_(chosen)).values(repeat_reason=reason.value, repeat_assay=run.assay))
    happenings = [Happening(code, "tube.returned", at, {"run": str(run.id), "plate": run.plate, "reason": reason}) for code in chosen]
    what = {"run": str(run.id), "returned": len(chosen), "comment": form.comment}
    record(connection, caller.name, now, [Happening(run.plate, "run.rejected", at, what), *happenings])


@unaudited("whoever sends tubes back writes their events")
def back_to_queue(
    connection: Connection,
    runs: Mapping[str, UUID | None],
    lab: str,
    reason: RepeatReason,
    message: UUID,
    comment: str,
    at: datetime,
    by: str,
) -> None:
    """Let tubes wait once more, with the run (if any) that called each; extracted again they leave their batch.

    A tube that is to be verified stays so where a run that says nothing sends it back.
    """
    if not runs:
        return
    rows = [
        {"barcode": code, "review": message, "run": run, "reason": reason.value, "lab": lab, "comment": comment, "by": by, "at": at}
        for code, run in runs.items()
    ]
    connection.execute(insert(Returned), rows)
    back = update(Tube).where(Tube.barcode.in_(runs), Tube.bench_state.in_([*(s.value for s in ready_for(BenchEvent.RETURN)), "waiting"]))
    why = case((Tube.repeat_reason == RepeatReason.VERIFICATION.value, Tube.repeat_reason), else_=reason.value)
    batch = {"batch": None} if reason is RepeatReason.RE_EXTRACTION else {}
    connection.execute(
        back.values(bench_state=BenchState.WAITING.value, plate=None, well=None, run=None, call=None, repeat_reason=why, **batch)
    )


def on_plate(connection: Connection, run: AnyRow) -> dict[str, OnPlate]:
    """The tubes of a run as they stand now, locked."""
    rows = calls(connection, run.id)
    known = tubes_for_update(connection, [row.barcode for row in rows])
    return {
        row.barcode: OnPlate(
            barcode=row.barcode,
            call=Call(row.call),
            state=BenchState(known[row.barcode].bench_state),
            here=known[row.barcode].plate == run.plate,
            current=known[row.barcode].run == run.id,
        )
        for row in rows
    }


@unaudited("whoever releases writes the events of the tubes")
def release(connection: Connection, run: UUID, review: UUID, tubes: Sequence[str], at: datetime, by: str, now: datetime) -> None:
    """Write the releases from the calls themselves, so that nothing can be released that was not called so."""
    if not tubes:
        return
    evidence = select(
        CallRow.barcode, CallRow.run, CallRow.call, CallRow.controls_passed, CallRow.imported_by,
        literal(review), literal(by), literal(at), literal(now),
    ).where(CallRow.run == run, CallRow.barcode.in_(tubes))  # fmt: skip
    columns = ["barcode", "run", "call", "controls_passed", "imported_by", "review", "released_by", "at", "released_at"]
    connection.execute(insert(Release).from_select(columns, evidence))
    said = select(Release.call).where(Release.barcode == Tube.barcode).scalar_subquery()
    moved = update(Tube).where(Tube.barcode.in_(tubes))
    connection.execute(moved.values(bench_state=BenchState.RELEASED.value, released_at=at, released_call=said, run=run, call=said))


def settle_pools(
    connection: Connection, run: AnyRow, review: UUID, chosen: Sequence[str], at: datetime, by: str, now: datetime
) -> list[Happening]:
    """What the release of an aliquot pool means for its member tubes: negative with a negative pool, else each is tested by itself."""
    happenings: list[Happening] = []
    for pool in queries.aliquot_pools(connection, chosen):
        members = list(pool_members(connection, pool.barcode))
        tubes_for_update(connection, members)
        if pool.released_call == Call.NEGATIVE:
            lend_evidence(connection, run.id, pool.barcode, members)
            release(connection, run.id, review, members, at, by, now)
            happenings += [Happening(code, "tube.released", at, {"call": "negative", "pool": pool.barcode}) for code in members]
        else:
            back = update(Tube).where(Tube.barcode.in_(members)).values(bench_state=BenchState.WAITING.value)
            connection.execute(back)
            happenings += [Happening(code, "tube.returned", at, {"pool": pool.barcode}) for code in members]
    return happenings


@unaudited("the release that rests on it writes its event")
def lend_evidence(connection: Connection, run: UUID, pool: str, members: Sequence[str]) -> None:
    """The pool's readings and call under each member's code too: a member's release points at readings like any other."""
    member = records(({"code": code} for code in members), code=Text())
    names = ["day", "run", "well", "target", "ct"]
    source = select(member.c.code, *(getattr(ReadingRow, name) for name in names))
    source = source.select_from(ReadingRow).join(member, true()).where(ReadingRow.barcode == pool, ReadingRow.run == run)
    connection.execute(insert(ReadingRow).from_select(["barcode", *names], source))
    names = ["run", "day", "well", "evidence", "call", "reasons", "assay", "assay_version", "controls_passed", "imported_by"]
    source = select(member.c.code, literal(pool), *(getattr(CallRow, name) for name in names))
    source = source.select_from(CallRow).join(member, true()).where(CallRow.barcode == pool, CallRow.run == run)
    connection.execute(insert(CallRow).from_select(["barcode", "pooled_in", *names], source))
