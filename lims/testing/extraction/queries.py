"""Reading extraction batches."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Connection, Text, func, select

from lims.custody.tables import Tube
from lims.kernel.db import AnyRow, records
from lims.testing.extraction.tables import ExtractionBatch, ExtractionFailure, ExtractionSettlement

BATCH_LOCKS = 7_301_016


def lock_batches(connection: Connection, codes: Collection[str]) -> None:
    """Nobody judges these batches while they are used, and nobody uses them while they are judged."""
    if codes:
        each = records(({"code": code} for code in sorted(set(codes))), code=Text())
        connection.execute(select(func.pg_advisory_xact_lock(BATCH_LOCKS, func.hashtext(each.c.code))))


def batches(connection: Connection, codes: Collection[str]) -> dict[str, AnyRow]:
    """These batches, by code."""
    return {row.barcode: row for row in connection.execute(select(ExtractionBatch.__table__).where(ExtractionBatch.barcode.in_(codes)))}


def batches_of_lab(connection: Connection, lab: str, limit: int = 50) -> Sequence[AnyRow]:
    """The newest batches of a lab."""
    query = select(ExtractionBatch.__table__).where(ExtractionBatch.lab == lab)
    return connection.execute(query.order_by(ExtractionBatch.extracted_at.desc(), ExtractionBatch.barcode).limit(limit)).all()


def previous_wells(connection: Connection, lab: str) -> dict[str, dict[str, str]] | None:
    """The map of the batch that was extracted last in a lab."""
    query = select(ExtractionBatch.wells).where(ExtractionBatch.lab == lab)
    return connection.execute(
        query.order_by(ExtractionBatch.extracted_at.desc(), ExtractionBatch.barcode.desc()).limit(1)
    ).scalar_one_or_none()


def failures(connection: Connection, codes: Collection[str]) -> Sequence[AnyRow]:
    """What makes these batches invalid now, oldest first."""
    if not codes:
        return []
    query = select(ExtractionFailure.__table__).where(ExtractionFailure.batch.in_(codes), ExtractionFailure.superseded_by.is_(None))
    return connection.execute(query.order_by(ExtractionFailure.noted_at, ExtractionFailure.batch, ExtractionFailure.well)).all()


def why_failed(connection: Connection, codes: Collection[str]) -> dict[str, AnyRow]:
    """Which of these batches are invalid, and the first reason of each."""
    return {row.batch: row for row in reversed(failures(connection, codes))}


def failed_batches(connection: Connection, lab: str) -> Sequence[AnyRow]:
    """The invalid batches of a lab: since when by the server's time, and when somebody last decided on what had left the lab before."""
    settled = select(func.max(ExtractionSettlement.noted_at)).where(ExtractionSettlement.batch == ExtractionBatch.barcode)
    query = (
        select(ExtractionBatch.barcode, func.max(ExtractionFailure.noted_at).label("since"), settled.scalar_subquery().label("settled_at"))
        .join(ExtractionFailure, ExtractionFailure.batch == ExtractionBatch.barcode)
        .where(ExtractionBatch.lab == lab, ExtractionFailure.superseded_by.is_(None))
        .group_by(ExtractionBatch.barcode)
        .order_by(func.max(ExtractionFailure.noted_at).desc())
    )
    return connection.execute(query).all()


def settlements(connection: Connection, code: str) -> Sequence[AnyRow]:
    """What was decided on a batch's results that had left the lab before, newest first."""
    query = select(ExtractionSettlement.__table__).where(ExtractionSettlement.batch == code)
    return connection.execute(query.order_by(ExtractionSettlement.noted_at.desc())).all()


def waiting_tubes(connection: Connection, code: str) -> list[str]:
    """The tubes of a batch that wait for a plate."""
    query = select(Tube.barcode).where(Tube.batch == code, Tube.bench_state == "waiting").order_by(Tube.barcode)
    return list(connection.execute(query).scalars())


def batches_with_lot(connection: Connection, lot: UUID) -> Sequence[AnyRow]:
    """The batches that used a lot, newest first."""
    query = select(ExtractionBatch.__table__).where(ExtractionBatch.lots.contains([lot]))
    return connection.execute(query.order_by(ExtractionBatch.extracted_at.desc(), ExtractionBatch.barcode)).all()
