"""A second person decides: release, or send back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Text, insert, literal, select, true, update

from lims.custody.queries import pool_members
from lims.custody.rules import BenchEvent, BenchState, Call, advance, ready_for
from lims.custody.tables import Tube
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited
from lims.kernel.auth.rules import Caller
from lims.kernel.db import AnyRow, records
from lims.kernel.errors import Refused
from lims.testing.instruments.tables import ReadingRow
from lims.testing.interpretation.queries import calls, newest_passed_run, tubes_for_update
from lims.testing.interpretation.tables import CallRow
from lims.testing.review import queries
from lims.testing.review.forms import ReviewForm
from lims.testing.review.rules import OnPlate, clean_negatives, named, refuse_unapprovable, returnable
from lims.testing.review.tables import Release, Returned


def refuse_own_import(run: AnyRow, caller: Caller) -> None:
    """Refused where the reviewer is the importer: two people sign."""
    if run.imported_by == caller.name:
        raise Refused("own_import", "You imported this run; another reviewer signs it off.")


@audited("tube.released", "run.approved")
def approve(connection: Connection, run: AnyRow, form: ReviewForm, at: datetime, caller: Caller, now: datetime) -> None:
    """Release the run's clean negatives together, or the tubes that are named."""
    refuse_own_import(run, caller)
    refuse_unapprovable(run.controls_passed, run.id, newest_passed_run(connection, run.plate), run.plate)
    tubes = on_plate(connection, run)
    if form.tubes is None:
        chosen = clean_negatives(tubes.values(), queries.doubted(connection, run.id, list(tubes)))
    else:
        chosen = named(tubes, form.tubes)
    for code in chosen:
        advance(tubes[code].state, BenchEvent.RELEASE, code)
    release(connection, run.id, form.id, chosen, at, caller.name, now)
    happenings = [Happening(code, "tube.released", at, {"call": tubes[code].call.value, "run": str(run.id)}) for code in chosen]
    happenings += settle_pools(connection, run, form.id, chosen, at, caller.name, now)
    what = {"run": str(run.id), "released": len(chosen), "comment": form.comment}
    record(connection, caller.name, now, [Happening(run.plate, "run.approved", at, what), *happenings])


@audited("tube.returned", "run.rejected")
def send_back(connection: Connection, run: AnyRow, form: ReviewForm, at: datetime, caller: Caller, now: datetime) -> None:
    """Put tubes back into the queue for a repeat; what the run said of them stays on record."""
    refuse_own_import(run, caller)
    chosen = returnable(on_plate(connection, run), form.tubes)
    if chosen:
        rows = [
            {"barcode": code, "review": form.id, "run": run.id, "lab": run.lab, "comment": form.comment, "by": caller.name, "at": at}
            for code in chosen
        ]
        connection.execute(insert(Returned), rows)
        back = update(Tube).where(Tube.barcode.in_(chosen), Tube.bench_state.in_([s.value for s in ready_for(BenchEvent.RETURN)]))
        connection.execute(back.values(bench_state=BenchState.WAITING.value, plate=None, well=None, run=None, call=None))
    happenings = [Happening(code, "tube.returned", at, {"run": str(run.id), "plate": run.plate}) for code in chosen]
    what = {"run": str(run.id), "returned": len(chosen), "comment": form.comment}
    record(connection, caller.name, now, [Happening(run.plate, "run.rejected", at, what), *happenings])


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
