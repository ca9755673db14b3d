"""Reading the story of a tube: a fixed number of statements, whatever happened to it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, and_, exists, func, literal, select
from sqlalchemy.orm import aliased

from lims.custody.tables import Box, Handover, Tube, TubeMember
from lims.deconvolution.story.rules import SAMPLED_NEAR, Line, Near, Neighbour, Read, adjacent, spot
from lims.deconvolution.tables import Closure
from lims.kernel.audit.tables import Event
from lims.kernel.db import AnyRow
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


def tube(connection: Connection, barcode: str) -> AnyRow | None:
    """A tube with the box it was packed in (or scanned out of) and the hand-over that two people signed for it."""
    query = (
        select(
            *WHERE,
            Box.barcode.label("box_code"), Box.sealed_at.label("box_sealed_at"), Box.sealed_by, Box.courier, Box.vehicle,
            Box.carried_by, Box.dispatched_at.label("box_dispatched_at"), Box.received_at.label("box_received_at"), Box.received_by,
            Box.temperature_c, Handover.given_by, Handover.taken_by, Handover.signed_at,
        )
        .outerjoin(Box, Box.barcode == func.coalesce(Tube.box, Tube.received_box))
        .outerjoin(Handover, Handover.signed_id == Box.handover)
        .where(Tube.barcode == barcode)
    )  # fmt: skip
    return connection.execute(query).one_or_none()


def reads(connection: Connection, barcode: str) -> list[Read]:
    """What every run said of a tube, oldest first; those out of control too, since they are part of its story."""
    query = (
        select(
            CallRow.run, Run.plate, CallRow.well, CallRow.controls_passed, CallRow.call, CallRow.reasons, CallRow.assay,
            CallRow.assay_version, Run.instrument, Run.at, Run.imported_by, Plate.laid_by, CallRow.pooled_in,
            Release.released_by, exists().where(RunCurves.run == CallRow.run).label("has_curves"),
            func.json_object_agg(ReadingRow.target, ReadingRow.ct).label("readings"),
        )
        .join(Run, Run.id == CallRow.run)
        .join(Plate, Plate.barcode == Run.plate)
        .join(
            ReadingRow,
            and_(
                ReadingRow.barcode == func.coalesce(CallRow.pooled_in, CallRow.barcode), ReadingRow.run == CallRow.run,
                ReadingRow.well == CallRow.well, ReadingRow.day == CallRow.day,
            ),
        )
        .outerjoin(Release, and_(Release.barcode == CallRow.barcode, Release.run == CallRow.run, Release.standing.is_(True)))
        .where(CallRow.barcode == barcode)
        .group_by(CallRow.barcode, CallRow.run, Run.id, Plate.barcode, Release.barcode, Release.revision)
        .order_by(Run.imported_at, Run.id)
    )  # fmt: skip
    return [Read(**row._asdict() | {"reasons": tuple(row.reasons)}) for row in connection.execute(query)]


def lines(connection: Connection, subjects: Mapping[str, int | None], since: date | None) -> list[Line]:
    """What happened to these tubes and boxes, as it happened; `since`: no event of theirs is older than this UTC day."""
    query = select(Event.subject, Event.verb, Event.actor, Event.at, Event.recorded_at, Event.what).where(Event.subject.in_(subjects))
    query = query.where(Event.day >= since) if since is not None else query
    rows = connection.execute(query.order_by(Event.at, Event.id))
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


def neighbours(connection: Connection, of: AnyRow) -> list[Neighbour]:
    """Tubes sampled just before and after at the same site, in the same box, and on the same plates: one list, nearest first."""
    near: dict[str, set[Near]] = defaultdict(set)
    for row in sampled_near(connection, of.site, of.sealed_at):
        near[row.barcode].add(Near(row.near))
    if of.box_code:
        packed = select(Tube.barcode).where(Tube.box == of.box_code).union(select(Tube.barcode).where(Tube.received_box == of.box_code))
        for code in connection.execute(packed).scalars():
            near[code].add(Near.BOX)
    wells = beside_on_plates(connection, of.barcode)
    for code, (how, _) in wells.items():
        near[code].add(how)
    near.pop(of.barcode, None)
    opened = exists().where(
        CallRow.barcode == Tube.barcode, CallRow.call != "negative", CallRow.controls_passed, CallRow.pooled_in.is_(None)
    )
    query = select(*WHERE, and_(Tube.kind != "single", Tube.mixed_for.is_(None), opened).label("reactive")).where(Tube.barcode.in_(near))
    rows = connection.execute(query).all() if near else []
    found = [
        Neighbour(
            row.barcode, tuple(sorted(near[row.barcode], key=list(Near).index)), row.site, row.sealed_at,
            tuple(wells[row.barcode][1]) if row.barcode in wells else (), spot(row), row.released_call, bool(row.reactive),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.near == (Near.PLATE,), -len(one.near), distance(one.sealed_at, of.sealed_at), one.barcode))


def distance(one: datetime | None, other: datetime | None) -> float:
    """Seconds between two sealings; what nobody has told is farthest."""
    return abs((one - other).total_seconds()) if one is not None and other is not None else float("inf")


def sampled_near(connection: Connection, site: str | None, sealed_at: datetime | None) -> Sequence[AnyRow]:
    """The tubes sealed just before and just after at a site."""
    if site is None or sealed_at is None:
        return []
    columns = (Tube.barcode, Tube.sealed_at)
    here = select(*columns, literal(Near.BEFORE.value).label("near")).where(Tube.site == site, Tube.sealed_at <= sealed_at)
    before = here.order_by(Tube.sealed_at.desc()).limit(SAMPLED_NEAR + 1).subquery()
    there = select(*columns, literal(Near.AFTER.value).label("near")).where(Tube.site == site, Tube.sealed_at > sealed_at)
    after = there.order_by(Tube.sealed_at).limit(SAMPLED_NEAR).subquery()
    return connection.execute(select(before).union_all(select(after))).all()


def beside_on_plates(connection: Connection, barcode: str) -> dict[str, tuple[Near, list[str]]]:
    """The tubes on every plate on which this tube was read: whether beside it or elsewhere on the plate, and in which wells."""
    own = aliased(CallRow)
    query = select(own.well, Plate.wells).join(Run, Run.id == own.run).join(Plate, Plate.barcode == Run.plate).where(own.barcode == barcode)
    beside: dict[str, list[str]] = defaultdict(list)
    others: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(query.distinct()):
        around = adjacent(row.well)
        for well, what in row.wells.items():
            found = beside if well in around else others
            if (code := what.get("tube")) is not None and well not in found[code]:
                found[code].append(well)
    return {code: (Near.PLATE, wells) for code, wells in others.items()} | {code: (Near.WELL, wells) for code, wells in beside.items()}
