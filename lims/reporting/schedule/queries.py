"""Reading which reports were sent."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, func, or_, select

from lims.kernel.db import AnyRow
from lims.reporting.schedule.rules import LEASE
from lims.reporting.schedule.tables import ReportSending


def last_days(connection: Connection, recipients: Collection[str]) -> dict[str, date]:
    """The newest day of which each recipient has a report, or is to get one."""
    query = select(ReportSending.recipient, func.max(ReportSending.day).label("day")).where(ReportSending.recipient.in_(recipients))
    return {row.recipient: row.day for row in connection.execute(query.group_by(ReportSending.recipient))}


def sendings(connection: Connection, most: int) -> Sequence[AnyRow]:
    """The log, the newest day first."""
    query = select(*ReportSending.__table__.c).order_by(ReportSending.day.desc(), ReportSending.recipient)
    return connection.execute(query.limit(most)).all()


def given_up(connection: Connection, now: datetime) -> int:
    """How many reports did not arrive, or nobody knows whether they did, and are not tried any more."""
    query = select(func.count()).where(ReportSending.arrived_at.is_(None), ReportSending.next_at.is_(None))
    # What is being handed over at this moment will be answered.
    over = or_(ReportSending.handed_at.is_(None), ReportSending.handed_at < now - LEASE)
    return connection.execute(query.where(over)).scalar_one()


def oldest_due(connection: Connection, recipients: Collection[str], now: datetime) -> AnyRow | None:
    """The report to be tried next, locked for whoever takes it in hand; one that somebody else is taking is passed over."""
    query = (
        select(ReportSending.day, ReportSending.recipient, ReportSending.attempts, ReportSending.edition)
        .where(ReportSending.recipient.in_(recipients), ReportSending.next_at <= now)
        .order_by(ReportSending.day, ReportSending.recipient)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return connection.execute(query).one_or_none()
