"""Reading what a reviewer decides on, and what was decided."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection, and_, exists, select
from sqlalchemy.dialects.postgresql import array

from lims.custody.tables import Tube
from lims.kernel.db import AnyRow
from lims.testing.extraction.queries import why_failed
from lims.testing.instruments.tables import ReadingRow, Run
from lims.testing.interpretation.tables import OF_A_CALL, CallRow
from lims.testing.plates.tables import Plate
from lims.testing.review.rules import batches_of
from lims.testing.review.tables import Release, Returned


def doubted(connection: Connection, run_id: UUID, codes: Sequence[str]) -> set[str]:
    """The tubes of a run that another run in control called otherwise than negative, without being sent back for it.

    Such a tube is nobody's clean negative: a person must name it.
    """
    sent_back = exists().where(and_(Returned.barcode == CallRow.barcode, Returned.run == CallRow.run))
    query = select(CallRow.barcode).where(
        CallRow.barcode.in_(codes), CallRow.run != run_id, CallRow.controls_passed, CallRow.call != "negative", ~sent_back
    )
    return set(connection.execute(query).scalars())


def extracted_in_vain(connection: Connection, wells: Mapping[str, Mapping[str, str]]) -> dict[str, AnyRow]:
    """The tubes of a plate whose extraction batch is invalid, and the first reason why."""
    of_tube = batches_of(wells)
    why = why_failed(connection, set(of_tube.values()))
    return {tube: why[batch] for tube, batch in of_tube.items() if batch in why}


def called_by(connection: Connection, codes: Sequence[str], assays: Sequence[str]) -> set[str]:
    """Which of these tubes one of these assays has called in control; what was taken of a reactive tube to verify it counts as called."""
    query = select(CallRow.barcode).where(CallRow.barcode.in_(codes), CallRow.assay.in_(assays), CallRow.controls_passed)
    verifies = select(Tube.barcode).where(Tube.barcode.in_(codes), Tube.mixed_of == array([Tube.mixed_for]))
    return set(connection.execute(query.union(verifies)).scalars())


def runs_beside(connection: Connection, run_id: UUID, codes: Sequence[str]) -> Sequence[AnyRow]:
    """What other runs in control said of these tubes, reading by reading, oldest first."""
    query = (
        select(
            CallRow.barcode, CallRow.run, CallRow.call, CallRow.reasons, CallRow.assay, CallRow.assay_version, CallRow.well,
            Run.plate, Run.imported_at, ReadingRow.target, ReadingRow.ct,
        )
        .join(Run, Run.id == CallRow.run)
        .join(ReadingRow, OF_A_CALL)
        .where(CallRow.barcode.in_(codes), CallRow.run != run_id, CallRow.controls_passed)
    )  # fmt: skip
    return connection.execute(query.order_by(CallRow.barcode, Run.imported_at, ReadingRow.target)).all()


def released_out_of(connection: Connection, batches: Sequence[str]) -> Sequence[AnyRow]:
    """The tubes that were released on a call from one of these extraction batches: what they were released with, when, on which plate."""
    well = Plate.wells[CallRow.well]
    query = (
        select(
            Release.barcode, Release.call, Release.run, Release.released_at, Release.released_by, Run.plate,
            well["batch"].astext.label("batch"),
        )
        .join(CallRow, and_(CallRow.barcode == Release.barcode, CallRow.run == Release.run))
        .join(Run, Run.id == Release.run)
        .join(Plate, Plate.barcode == Run.plate)
        .where(Release.standing.is_(True), Plate.batches.overlap(list(batches)), well["batch"].astext.in_(batches))
    )  # fmt: skip
    return connection.execute(query.order_by(Release.released_at, Release.barcode)).all()


def aliquot_pools(connection: Connection, codes: Sequence[str]) -> Sequence[AnyRow]:
    """Which of these tubes are aliquot pools, with the calls they were released with."""
    query = select(Tube.barcode, Tube.released_call).where(Tube.barcode.in_(codes), Tube.kind == "aliquot_pool")
    return connection.execute(query).all()


def released_by(connection: Connection, review: UUID) -> list[str]:
    """The tubes that a decision released; of an aliquot pool its own code, not its members'."""
    own = (CallRow.barcode == Release.barcode) & (CallRow.run == Release.run) & CallRow.pooled_in.is_(None)
    return list(
        connection.execute(select(Release.barcode).join(CallRow, own).where(Release.review == review).order_by(Release.barcode)).scalars()
    )


def returned_by(connection: Connection, review: UUID) -> list[str]:
    """The tubes that a decision sent back."""
    return list(connection.execute(select(Returned.barcode).where(Returned.review == review).order_by(Returned.barcode)).scalars())


def standing(connection: Connection, run_id: UUID) -> Sequence[AnyRow]:
    """The tubes of a run with its call, and how each stands now; not locked: to be looked at."""
    query = (
        select(CallRow.barcode, CallRow.call, Tube.bench_state, Tube.plate, Tube.run, Tube.released_at)
        .join(Tube, Tube.barcode == CallRow.barcode)
        .where(CallRow.run == run_id, CallRow.pooled_in.is_(None))
    )
    return connection.execute(query).all()
