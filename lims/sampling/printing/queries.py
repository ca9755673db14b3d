"""Reading print jobs, and what became of labels."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, case, func, or_, select, text

from lims.kernel.db import AnyRow
from lims.sampling.labels.tables import LabelRange
from lims.sampling.printing.rules import OPEN, JobState, Run
from lims.sampling.printing.tables import Job, Printer, VoidLabel

# A code of ours is its kind's two digits, eleven of the serial, and a check digit: a run of serials is a run of codes.
USED = text("""
    SELECT label_range.id AS range_id, substring(tube.barcode FROM 3 FOR 11)::bigint AS serial, tube.field_state = 'void' AS void
    FROM label_range
    JOIN tube ON tube.barcode BETWEEN '10' || lpad(first_serial::text, 11, '0') AND '10' || lpad(last_serial::text, 11, '0') || '9'
    WHERE label_range.id = ANY(:ranges) AND label_range.kind = 'tube' AND tube.barcode ~ '^[0-9]{14}$'
      AND (tube.registered_at IS NOT NULL OR tube.received_at IS NOT NULL)
    UNION ALL
    SELECT label_range.id, substring(box.barcode FROM 3 FOR 11)::bigint, false
    FROM label_range
    JOIN box ON box.barcode BETWEEN '20' || lpad(first_serial::text, 11, '0') AND '20' || lpad(last_serial::text, 11, '0') || '9'
    WHERE label_range.id = ANY(:ranges) AND label_range.kind = 'box' AND box.barcode ~ '^[0-9]{14}$'
""")


def job(connection: Connection, job_id: UUID) -> AnyRow | None:
    """One job."""
    return connection.execute(select(Job.__table__).where(Job.id == job_id)).one_or_none()


def job_for_update(connection: Connection, job_id: UUID) -> AnyRow | None:
    """One job, locked."""
    return connection.execute(select(Job.__table__).where(Job.id == job_id).with_for_update()).one_or_none()


def jobs_of_site(connection: Connection, site: str, limit: int = 20) -> Sequence[AnyRow]:
    """The jobs that a site asked for last."""
    return connection.execute(select(Job.__table__).where(Job.site == site).order_by(Job.id.desc()).limit(limit)).all()


def jobs_to_show(connection: Connection, site: str, limit: int = 20) -> Sequence[AnyRow]:
    """What needs an operator first, then what is open, then what ended last; each with the kind of its labels."""
    asked = select(Job.__table__, LabelRange.kind).join(LabelRange, LabelRange.id == Job.range_id).where(Job.site == site)
    rank = case((Job.state == JobState.BROKEN, 0), (Job.state.in_(OPEN), 1), else_=2)
    return connection.execute(asked.order_by(rank, Job.changed_at.desc()).limit(limit)).all()


def printers_of_site(connection: Connection, site: str) -> Sequence[AnyRow]:
    """The printers of a site, the usual one first."""
    query = select(Printer.__table__).where(Printer.site == site)
    return connection.execute(query.order_by(Printer.usual.desc(), Printer.name)).all()


def printer(connection: Connection, site: str, name: str) -> AnyRow | None:
    """One printer of a site."""
    return connection.execute(select(Printer.__table__).where(Printer.site == site, Printer.name == name)).one_or_none()


def next_job(connection: Connection, site: str, printer: str) -> AnyRow | None:
    """What a printer of this site should do: the job it was in the middle of, else the one that waits longest."""
    mine_or_free = or_(Job.state == JobState.WAITING, (Job.state == JobState.PRINTING) & (Job.printer == printer))
    query = select(Job.__table__).where(Job.site == site, mine_or_free, Job.state.in_(OPEN), func.coalesce(Job.wanted, printer) == printer)
    return connection.execute(query.order_by(Job.state == JobState.WAITING, Job.id).limit(1)).one_or_none()


def open_job(connection: Connection, range_id: UUID, run: Run) -> AnyRow | None:
    """A job that is still to print one of these labels."""
    query = select(Job.id).where(Job.range_id == range_id, Job.state.in_(OPEN))
    return connection.execute(query.where(Job.first_serial <= run.last, Job.last_serial >= run.first).limit(1)).one_or_none()


def kind_of_range(connection: Connection, range_id: UUID) -> str:
    """What the labels of a range are stuck on."""
    return connection.execute(select(LabelRange.kind).where(LabelRange.id == range_id)).scalar_one()


def earlier_prints(connection: Connection, range_id: UUID, besides: UUID | None = None) -> Sequence[AnyRow]:
    """What other jobs have handed to printers of this range: `first_serial` to `sent_through`."""
    query = select(Job.first_serial, Job.sent_through, Job.printed_through).where(Job.range_id == range_id)
    query = query.where(Job.sent_through >= Job.first_serial)
    return connection.execute(query.where(Job.id != besides) if besides else query).all()


def ranges_between(connection: Connection, site: str | None, since: datetime, until: datetime) -> Sequence[AnyRow]:
    """The ranges that a site, or any, reserved in a time, oldest first."""
    query = select(LabelRange.__table__).where(LabelRange.reserved_at >= since, LabelRange.reserved_at < until).order_by(LabelRange.id)
    return connection.execute(query if site is None else query.where(LabelRange.site == site)).all()


def jobs_of_ranges(connection: Connection, ranges: Collection[UUID]) -> Sequence[AnyRow]:
    """Every job of these ranges, oldest first."""
    return connection.execute(select(Job.__table__).where(Job.range_id.in_(ranges)).order_by(Job.id)).all()


def used_labels(connection: Connection, ranges: Collection[UUID]) -> Sequence[AnyRow]:
    """The serials of these ranges that stand on a registered or received tube, or a known box; `void` where that tube is."""
    return connection.execute(USED, {"ranges": list(ranges)}).all()


def void_labels(connection: Connection, ranges: Collection[UUID]) -> Sequence[AnyRow]:
    """The serials of these ranges that were declared void, and why."""
    return connection.execute(select(VoidLabel.range_id, VoidLabel.serial, VoidLabel.reason).where(VoidLabel.range_id.in_(ranges))).all()
