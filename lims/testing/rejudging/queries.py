"""Reading what is judged again."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, Date, cast, func, select, tuple_

from lims.custody.tables import Tube
from lims.kernel.db import AnyRow
from lims.testing.instruments.tables import ReadingRow, Run
from lims.testing.interpretation.tables import CallRow
from lims.testing.plates.tables import Plate
from lims.testing.rejudging.tables import Rejudged, Rejudgement
from lims.testing.review.tables import Release


def released(connection: Connection, lab: str, zone: str, assay: tuple[str, int], days: tuple[date, date]) -> Sequence[AnyRow]:
    """The results that stand, judged by this version, of runs of these local days; aliquot pools have none of their own."""
    day = cast(func.timezone(zone, Run.at), Date)
    query = (
        select(Release.barcode, Release.call, Release.run, CallRow.day)
        .join(CallRow, (CallRow.barcode == Release.barcode) & (CallRow.run == Release.run))
        .join(Run, Run.id == Release.run)
        .join(Plate, Plate.barcode == Run.plate)
        .join(Tube, Tube.barcode == Release.barcode)
        .where(Plate.lab == lab, CallRow.assay == assay[0], CallRow.assay_version == assay[1], day.between(*days))
        .where(Release.standing.is_(True), Run.rejudges.is_(None), CallRow.pooled_in.is_(None), Tube.kind.is_distinct_from("aliquot_pool"))
    )
    return connection.execute(query).all()


def plates_of(connection: Connection, runs: Sequence[UUID]) -> Sequence[AnyRow]:
    """The plates of these runs with their maps."""
    query = select(Run.id, Plate.barcode, Plate.wells).join(Plate, Plate.barcode == Run.plate)
    return connection.execute(query.where(Run.id.in_(runs))).all()


def readings(connection: Connection, codes: Sequence[str], runs: Sequence[UUID], days: Sequence[date]) -> Sequence[AnyRow]:
    """All readings of these runs, of their tubes and (under the plates' codes) of their controls."""
    query = select(ReadingRow.run, ReadingRow.well, ReadingRow.target, ReadingRow.ct)
    return connection.execute(query.where(ReadingRow.barcode.in_(codes), ReadingRow.run.in_(runs), ReadingRow.day.in_(days))).all()


def rejudgement(connection: Connection, rejudgement_id: UUID) -> AnyRow | None:
    """One comparison."""
    return connection.execute(select(Rejudgement.__table__).where(Rejudgement.id == rejudgement_id)).one_or_none()


def rejudgements(connection: Connection, lab: str, limit: int = 50) -> Sequence[AnyRow]:
    """The newest comparisons of a lab, with how many differences wait."""
    newest = select(Rejudgement.id).where(Rejudgement.lab == lab).order_by(Rejudgement.started_at.desc()).limit(limit)
    waiting = (
        select(Rejudged.rejudgement, func.count().label("changes"))
        .where(Rejudged.rejudgement.in_(newest), Rejudged.decision.is_(None))
        .group_by(Rejudged.rejudgement)
        .subquery()
    )
    query = (
        select(Rejudgement.__table__, func.coalesce(waiting.c.changes, 0).label("open"))
        .outerjoin(waiting, waiting.c.rejudgement == Rejudgement.id)
        .where(Rejudgement.lab == lab)
    )
    return connection.execute(query.order_by(Rejudgement.started_at.desc()).limit(limit)).all()


def changes(connection: Connection, rejudgement_id: UUID) -> Sequence[AnyRow]:
    """The differences of a comparison, those that wait first."""
    query = select(Rejudged.__table__).where(Rejudged.rejudgement == rejudgement_id)
    return connection.execute(query.order_by(Rejudged.decision.is_not(None), Rejudged.run, Rejudged.well)).all()


def some_changes(
    connection: Connection, rejudgement_id: UUID, after: tuple[UUID, str] | None, limit: int, *, decided: bool
) -> Sequence[AnyRow]:
    """A piece of the differences that wait, or of those that are decided, by run and tube; after this run and tube."""
    query = select(Rejudged.__table__).where(Rejudged.rejudgement == rejudgement_id, Rejudged.decision.is_not(None) == decided)
    query = query.where(tuple_(Rejudged.run, Rejudged.barcode) > after) if after is not None else query
    return connection.execute(query.order_by(Rejudged.run, Rejudged.barcode).limit(limit)).all()


def counts(connection: Connection, rejudgement_id: UUID) -> AnyRow:
    """How many differences there are, and how many of them are `decided`."""
    query = select(func.count().label("all"), func.count(Rejudged.decision).label("decided"))
    return connection.execute(query.where(Rejudged.rejudgement == rejudgement_id)).one()


def change_for_update(connection: Connection, rejudgement_id: UUID, tube: str) -> AnyRow | None:
    """One difference, locked."""
    query = select(Rejudged.__table__).where(Rejudged.rejudgement == rejudgement_id, Rejudged.barcode == tube)
    return connection.execute(query.with_for_update()).one_or_none()
