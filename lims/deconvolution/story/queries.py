"""Reading the story of a tube: a fixed number of statements, whatever happened to it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Connection,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    null,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB

from lims.custody.tables import TIME, Box, Handover, Tube, TubeMember
from lims.deconvolution.story.rules import SAMPLED_NEAR, Line, Near, Neighbour, Read, adjacent, spot
from lims.deconvolution.tables import Closure
from lims.kernel.audit.tables import Event
from lims.kernel.db import AnyRow, columns, incoming
from lims.testing.instruments.tables import ReadingRow, Run, RunCurves
from lims.testing.interpretation.tables import CallRow
from lims.testing.plates.tables import Plate
from lims.testing.review.tables import Release

WHERE = (
    Tube.barcode, Tube.kind, Tube.site, Tube.round, Tube.device, Tube.pool_size, Tube.member_count, Tube.opened_at, Tube.sealed_at,
    Tube.registered_at, Tube.collected_on, Tube.retest_of, Tube.box, Tube.dispatched_at, Tube.dispatched_to, Tube.lab, Tube.received_at,
    Tube.received_box, Tube.bench_state, Tube.pool, Tube.batch, Tube.plate, Tube.well, Tube.released_call, Tube.released_at,
)  # fmt: skip
A_FORTNIGHT = timedelta(days=14)  # what a person was sampled for within this time of a case bears on it


# Statements of every story are built once: building them anew took longer than asking.
TUBE = (
    select(
        *WHERE,
        Box.barcode.label("box_code"), Box.sealed_at.label("box_sealed_at"), Box.sealed_by, Box.courier, Box.vehicle,
        Box.carried_by, Box.dispatched_at.label("box_dispatched_at"), Box.received_at.label("box_received_at"), Box.received_by,
        Box.temperature_c, Handover.given_by, Handover.taken_by, Handover.signed_at,
    )
    .outerjoin(Box, Box.barcode == func.coalesce(Tube.box, Tube.received_box))
    .outerjoin(Handover, Handover.signed_id == Box.handover)
    .where(Tube.barcode == bindparam("barcode"))
)  # fmt: skip
CALLED = (
    select(
        CallRow.run, Run.plate, CallRow.well, CallRow.controls_passed, CallRow.call, CallRow.reasons, CallRow.assay,
        CallRow.assay_version, Run.instrument, Run.at, Run.imported_by, Plate.laid_by, CallRow.pooled_in,
        Release.released_by, exists().where(RunCurves.run == CallRow.run).label("has_curves"),
        CallRow.day, func.coalesce(CallRow.pooled_in, CallRow.barcode).label("read_in"), Run.imported_at,
    )
    .join(Run, Run.id == CallRow.run)
    .join(Plate, Plate.barcode == Run.plate)
    .outerjoin(Release, and_(Release.barcode == CallRow.barcode, Release.run == CallRow.run, Release.standing.is_(True)))
    .where(CallRow.barcode == bindparam("barcode"))
    .cte("called").prefix_with("MATERIALIZED")
)  # fmt: skip
# The readings of who was in a pool are the pool's, which a spread database may have elsewhere: looked up when the calls are there.
BESIDE = and_(
    ReadingRow.barcode == CALLED.c.read_in, ReadingRow.run == CALLED.c.run, ReadingRow.well == CALLED.c.well,
    ReadingRow.day == CALLED.c.day,
)  # fmt: skip
SAID = [said for said in CALLED.c if said.name not in {"day", "read_in", "imported_at"}]
READS = (
    select(*SAID, func.json_object_agg(ReadingRow.target, ReadingRow.ct).label("readings"))
    .join(ReadingRow, BESIDE)
    .group_by(*CALLED.c)
    .order_by(CALLED.c.imported_at, CALLED.c.run)
)
LINES = (
    select(Event.subject, Event.verb, Event.actor, Event.at, Event.recorded_at, Event.what)
    .where(Event.subject == any_(bindparam("subjects", type_=ARRAY(Text))), Event.day >= bindparam("since"))
    .order_by(Event.at, Event.id)
)


def near_statement() -> Select[*tuple[Any, ...]]:
    """The tubes sealed just before and after `barcode` at its site, in its box, and on `plates` (`incoming`: the wells beside it)."""
    site, sealed_at, box = (bindparam(name, type_=kind) for name, kind in (("site", Text()), ("sealed_at", TIME), ("box", Text())))
    no_well = null().cast(Text)

    def one_way(near: Near) -> Select[*tuple[Any, ...]]:
        return select(Tube.barcode, literal(near.value).label("near"), no_well.label("well"))

    earlier = one_way(Near.BEFORE).where(Tube.site == site, Tube.sealed_at <= sealed_at).order_by(Tube.sealed_at.desc())
    later = one_way(Near.AFTER).where(Tube.site == site, Tube.sealed_at > sealed_at).order_by(Tube.sealed_at)
    beside = incoming(plate=Text(), well=Text())
    well = func.jsonb_each(Plate.wells).table_valued("key", column("value", JSONB), name="well").lateral()
    how = case((tuple_(Plate.barcode, well.c.key).in_(select(beside.c.plate, beside.c.well)), Near.WELL.value), else_=Near.PLATE.value)
    on_plates = select(func.jsonb_extract_path_text(well.c.value, "tube"), how, well.c.key).join(well, true())
    every = union_all(
        select(earlier.limit(SAMPLED_NEAR + 1).subquery()),
        select(later.limit(SAMPLED_NEAR).subquery()),
        one_way(Near.BOX).where(Tube.box == box),
        one_way(Near.BOX).where(Tube.received_box == box),
        on_plates.where(Plate.barcode == any_(bindparam("plates", type_=ARRAY(Text)))),
    ).subquery()
    ways = func.array_agg(every.c.near.distinct()).label("near")
    wells = func.array_agg(every.c.well.distinct())
    in_wells = func.coalesce(*(wells.filter(every.c.near == near.value) for near in (Near.WELL, Near.PLATE)), cast([], ARRAY(Text)))
    one = (
        select(every.c.barcode, ways, in_wells.label("in_wells"))
        .where(every.c.barcode != bindparam("barcode"))
        .group_by(every.c.barcode)
        .subquery()
    )
    opened = exists().where(
        CallRow.barcode == Tube.barcode, CallRow.call != "negative", CallRow.controls_passed, CallRow.pooled_in.is_(None)
    )
    return select(
        Tube.barcode, Tube.site, Tube.sealed_at, Tube.released_call, Tube.bench_state, Tube.received_box, Tube.lab, Tube.plate, Tube.well,
        Tube.dispatched_at, Tube.dispatched_to, Tube.box, and_(Tube.kind != "single", Tube.mixed_for.is_(None), opened).label("reactive"),
        one.c.near, one.c.in_wells,
    ).join(one, one.c.barcode == Tube.barcode)  # fmt: skip


NEAR = near_statement()


def tube(connection: Connection, barcode: str) -> AnyRow | None:
    """A tube with the box it was packed in (or scanned out of) and the hand-over that two people signed for it."""
    return connection.execute(TUBE, {"barcode": barcode}).one_or_none()


def reads(connection: Connection, barcode: str) -> list[Read]:
    """What every run said of a tube, oldest first; those out of control too, since they are part of its story."""
    return [Read(**row._asdict() | {"reasons": tuple(row.reasons)}) for row in connection.execute(READS, {"barcode": barcode})]


def lines(connection: Connection, subjects: Mapping[str, int | None], since: date) -> list[Line]:
    """What happened to these tubes and boxes, as it happened; `since`: no event of theirs is older than this UTC day."""
    rows = connection.execute(LINES, {"subjects": [*subjects], "since": since})
    return [Line(row.at, row.recorded_at, row.subject, row.verb, row.actor, row.what, subjects[row.subject]) for row in rows]


def spots(connection: Connection, codes: Collection[str]) -> dict[str, AnyRow]:
    """Where these tubes are now."""
    query = select(*WHERE).where(Tube.barcode.in_(codes))
    return {row.barcode: row for row in connection.execute(query)} if codes else {}


def elsewhere(connection: Connection, people: Collection[UUID], day: date, known: Collection[str]) -> dict[UUID, list[AnyRow]]:
    """Other tubes in which these people were sampled within a fortnight; `known` are the tubes of the case itself."""
    query = (
        select(TubeMember.person_id, TubeMember.position, TubeMember.collected_at, *WHERE)
        .join(Tube, Tube.barcode == TubeMember.barcode)
        .where(TubeMember.person_id.in_(people), TubeMember.day.between(day - A_FORTNIGHT, day + A_FORTNIGHT))
        .where(TubeMember.barcode.not_in(known), Tube.field_state != "void")
        .where(func.coalesce(Tube.retest_of, "").not_in(known))  # an older tube that answers the case is no other pool
        .order_by(TubeMember.collected_at, TubeMember.barcode)
    )
    found: dict[UUID, list[AnyRow]] = defaultdict(list)
    for row in connection.execute(query) if people else ():
        found[row.person_id].append(row)
    return found


def decisions(connection: Connection, barcode: str) -> Sequence[AnyRow]:
    """What reviewers decided on a case, oldest first."""
    query = select(Closure.outcome, Closure.reason, Closure.checks, Closure.at, Closure.by).where(Closure.barcode == barcode)
    return connection.execute(query.order_by(Closure.number)).all()


def places(connection: Connection, barcode: str) -> Sequence[AnyRow]:
    """The plates and wells in which a tube was read; nothing of what was read, which is not everybody's business."""
    query = select(Run.plate, CallRow.well).join(Run, Run.id == CallRow.run).where(CallRow.barcode == barcode)
    return connection.execute(query.distinct()).all()


def neighbours(connection: Connection, of: AnyRow, read: Sequence[Read | AnyRow]) -> list[Neighbour]:
    """Tubes sampled just before and after at the same site, in the same box, and on the same plates: the nearest first."""
    wells = sorted({(one.plate, well) for one in read for well in adjacent(one.well)})
    asked = {
        "barcode": of.barcode, "site": of.site, "sealed_at": of.sealed_at, "box": of.box_code,
        "plates": sorted({one.plate for one in read}),
    } | columns(plate=[plate for plate, _ in wells], well=[well for _, well in wells])  # fmt: skip
    found = [
        Neighbour(
            row.barcode, ways_of(row.near), row.site, row.sealed_at, tuple(row.in_wells), spot(row), row.released_call, bool(row.reactive)
        )
        for row in connection.execute(NEAR, asked)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.near == (Near.PLATE,), -len(one.near), distance(one.sealed_at, of.sealed_at), one.barcode))


def ways_of(near: Collection[str]) -> tuple[Near, ...]:
    """In which ways a tube was near: one that was beside it is not told as elsewhere on the plate."""
    return tuple(way for way in Near if way in near and not (way is Near.PLATE and Near.WELL in near))


def distance(one: datetime | None, other: datetime | None) -> float:
    """Seconds between two sealings; what nobody has told is farthest."""
    return abs((one - other).total_seconds()) if one is not None and other is not None else float("inf")
