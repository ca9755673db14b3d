"""Reading what a lab has begun and not finished, and everything that happened to one tube."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Connection, DateTime, Text, and_, func, literal, literal_column, select, union_all

from lims.custody.queries import tubes_answering
from lims.custody.tables import Box, Tube, TubeMember
from lims.kernel.db import AnyRow, records
from lims.testing.instruments.tables import ReadingRow, Run
from lims.testing.interpretation.tables import OF_A_CALL, CallRow
from lims.testing.plates.tables import Plate

RECOLLECTION = Tube.retest_of.is_not(None)
CLASS = (Tube.site, Tube.kind, RECOLLECTION.label("recollection"))
# How long a tube that was packed, and did not come with its box, stays on the screen.
MISSED_FOR = timedelta(days=3)


def waiting(connection: Connection, lab: str) -> Sequence[AnyRow]:
    """What waits for a plate, by what its limit depends on: how many, how many of them extracted, since when the oldest."""
    figures = (func.count().label("tubes"), func.count(Tube.batch).label("extracted"), func.min(Tube.received_at).label("oldest"))
    query = select(*CLASS, *figures).where(Tube.lab == lab, Tube.bench_state == "waiting")
    return connection.execute(query.group_by(Tube.site, Tube.kind, RECOLLECTION)).all()


def late(connection: Connection, lab: str, groups: Iterable[tuple[Any, datetime]]) -> dict[tuple[Any, ...], int]:
    """How many tubes of each of these groups came before their moment."""
    rows = [{"site": g.site, "kind": g.kind, "recollection": g.recollection, "before": before} for g, before in groups]
    if not rows:
        return {}
    told = records(rows, site=Text(), kind=Text(), recollection=Boolean(), before=DateTime(timezone=True))
    same: ColumnElement[bool] = and_(
        # Equality that may be hashed, and holds for what nobody has registered too.
        func.coalesce(Tube.site, "") == func.coalesce(told.c.site, ""),
        func.coalesce(Tube.kind, "") == func.coalesce(told.c.kind, ""),
        told.c.recollection == RECOLLECTION,
        Tube.received_at < told.c.before,
    )
    query = select(told.c.site, told.c.kind, told.c.recollection, func.count()).join(Tube, same)
    query = query.where(Tube.lab == lab, Tube.bench_state == "waiting")
    found = connection.execute(query.group_by(told.c.site, told.c.kind, told.c.recollection))
    return {(row[0], row[1], row[2]): row[3] for row in found}


def on_plates(connection: Connection, lab: str) -> Sequence[AnyRow]:
    """The undecided tubes on the plates of a lab, by plate and by what their limit depends on."""
    query = select(Tube.plate, *CLASS, func.count().label("tubes"), func.min(Tube.received_at).label("oldest"))
    query = query.where(Tube.lab == lab, Tube.plate.is_not(None), Tube.bench_state.in_(["plated", "called"]))
    return connection.execute(query.group_by(Tube.plate, Tube.site, Tube.kind, RECOLLECTION)).all()


def runs_of(connection: Connection, plates: Collection[str]) -> dict[str, AnyRow]:
    """Of each plate the run that can be decided on: the newest in control, otherwise the newest."""
    query = select(Run.plate, Run.id, Run.controls_passed, Run.reasons, Run.imported_at, Run.imported_by)
    query = query.where(Run.plate.in_(plates), Run.rejudges.is_(None))
    return {row.plate: row for row in connection.execute(query.order_by(Run.controls_passed, Run.imported_at, Run.id))}


def boxes_with_gaps(connection: Connection, lab: str, now: datetime, limit: int = 20) -> Sequence[AnyRow]:
    """Boxes that were opened here and still miss tubes: how many, the newest first."""
    query = select(Box.barcode, Box.site, Box.received_at, Box.packed_tubes, func.count().label("missing"))
    query = query.join(Tube, Tube.box == Box.barcode).where(Box.lab == lab, Box.received_at > now - MISSED_FOR)
    query = query.where(Tube.dispatched_at > now - 2 * MISSED_FOR, Tube.received_at.is_(None))
    return connection.execute(query.group_by(Box.barcode).order_by(Box.received_at.desc()).limit(limit)).all()


def coming(connection: Connection, lab: str, limit: int = 20) -> tuple[Sequence[AnyRow], AnyRow]:
    """The boxes on their way to a lab, the longest on its way first; and how many there are: boxes, tubes, oldest."""
    mine = and_(Box.dispatched_to == lab, Box.received_at.is_(None))
    rows = connection.execute(select(Box.__table__).where(mine).order_by(Box.dispatched_at, Box.barcode).limit(limit)).all()
    figures = (
        func.count().label("boxes"),
        func.coalesce(func.sum(Box.packed_tubes), 0).label("tubes"),
        func.min(Box.dispatched_at).label("oldest"),
    )
    return rows, connection.execute(select(*figures).where(mine)).one()


def tube(connection: Connection, barcode: str) -> AnyRow | None:
    """One tube with its box; who is in it is nobody's business here but how many."""
    columns = (
        Tube.barcode, Tube.site, Tube.kind, Tube.pool_size, Tube.member_count, Tube.field_state, Tube.sealed_at, Tube.registered_at,
        Tube.retest_of, Tube.box, Tube.dispatched_at, Tube.dispatched_to, Tube.lab, Tube.received_at, Tube.received_box, Tube.bench_state,
        Tube.pool, Tube.mixed_for, Tube.batch, Tube.plate, Tube.well, Tube.repeat_reason, Tube.run, Tube.call,
        Tube.released_call, Tube.released_at, Tube.rejected_at, Tube.rejected_for,
    )  # fmt: skip
    query = select(*columns, Box.sealed_by.label("box_sealed_by"), Box.dispatched_to.label("box_to"))
    return connection.execute(query.outerjoin(Box, Box.barcode == Tube.box).where(Tube.barcode == barcode)).one_or_none()


def related(connection: Connection, barcode: str) -> Sequence[AnyRow]:
    """The tubes that answer this one (`how` is `answer`), what was mixed into it (`member`), what was mixed for its case (`mixed`)."""
    answers = select(Tube.barcode, literal("answer", Text).label("how")).where(Tube.retest_of == barcode)
    members = select(Tube.barcode, literal("member", Text).label("how")).where(Tube.pool == barcode)
    held = select(func.unnest(Tube.mixed_of).label("barcode"), literal("member", Text).label("how")).where(Tube.barcode == barcode)
    mixed = select(Tube.barcode, literal("mixed", Text).label("how")).where(Tube.mixed_for == barcode)
    every = union_all(answers, members, held, mixed).subquery()
    return connection.execute(select(every).order_by(every.c.how, every.c.barcode)).all()


def calls(connection: Connection, barcode: str) -> Sequence[AnyRow]:
    """What runs said of a tube, reading by reading, oldest first."""
    query = (
        select(
            CallRow.run, CallRow.call, CallRow.reasons, CallRow.assay, CallRow.assay_version, CallRow.well, CallRow.controls_passed,
            CallRow.pooled_in, CallRow.imported_by, Run.plate, Run.imported_at, ReadingRow.target, ReadingRow.ct,
        )
        .join(Run, Run.id == CallRow.run)
        .join(ReadingRow, OF_A_CALL)
        .where(CallRow.barcode == barcode)
    )  # fmt: skip
    return connection.execute(query.order_by(Run.imported_at, Run.id, ReadingRow.target)).all()


def newest_run(connection: Connection, plate: str) -> AnyRow | None:
    """The run of a plate that a reviewer looks at."""
    return runs_of(connection, [plate]).get(plate)


def plate_lab(connection: Connection, barcode: str) -> str | None:
    """The lab of a plate."""
    return connection.execute(select(Plate.lab).where(Plate.barcode == barcode)).scalar_one_or_none()


def tested_pools(connection: Connection, lab: str, since: datetime, plates: int) -> Sequence[AnyRow]:
    """How many swab pools the newest plates of a lab have called, by assay version and people in them, and how many not negative."""
    newest = select(Plate.barcode).where(Plate.lab == lab, Plate.laid_at > since).order_by(Plate.laid_at.desc()).limit(plates).subquery()
    seen = func.count().filter(CallRow.call.in_(["positive", "inconclusive"]))
    columns = (CallRow.assay, CallRow.assay_version, Tube.member_count)
    query = (
        select(*columns, func.count().label("pools"), seen.label("reactive"))
        .select_from(newest)
        .join(Run, Run.plate == newest.c.barcode)
        .join(CallRow, CallRow.run == Run.id)
        .join(Tube, Tube.barcode == CallRow.barcode)
        .where(Run.controls_passed, Run.rejudges.is_(None), Tube.kind == "swab_pool", Tube.member_count > 1)
    )
    return connection.execute(query.group_by(*columns)).all()


def settled_pools(connection: Connection, lab: str, since: datetime, limit: int) -> Sequence[AnyRow]:
    """The newest swab pools released as positive or inconclusive since then, with what their members' own tubes have shown.

    `negative` counts the people with a negative single tube, of those that answer the pool or such an answer; `positive` those with a
    positive one.
    """
    reactive = (
        select(Tube.barcode, Tube.member_count, Tube.released_call, Tube.released_at, Tube.plate, Tube.site, Tube.run)
        # As the index says it, which is on these alone.
        .where(Tube.released_at > since, literal_column("tube.released_call <> 'negative'"), Tube.released_call != "invalid")
        .where(Tube.lab == lab, Tube.kind == "swab_pool", Tube.member_count > 1)
        .order_by(Tube.released_at.desc(), Tube.barcode)
        .limit(limit)
        .cte("reactive")
    )
    chain = tubes_answering(reactive.c.barcode)
    people = func.count(TubeMember.person_id.distinct())
    answered = (
        select(
            chain.c.code,
            people.filter(Tube.released_call == "negative").label("negative"),
            people.filter(Tube.released_call == "positive").label("positive"),
        )
        .join(Tube, Tube.barcode == chain.c.answer)
        .join(TubeMember, and_(TubeMember.barcode == Tube.barcode, TubeMember.day == Tube.collected_on))
        .group_by(chain.c.code)
        .subquery()
    )
    query = (
        select(reactive, CallRow.assay, CallRow.assay_version, answered.c.negative, answered.c.positive)
        .join(CallRow, and_(CallRow.barcode == reactive.c.barcode, CallRow.run == reactive.c.run))
        .join(answered, answered.c.code == reactive.c.barcode)
    )
    return connection.execute(query.order_by(reactive.c.released_at.desc(), reactive.c.barcode)).all()
