"""What is due, who has it in hand, and what came of it."""

from datetime import date, datetime

from sqlalchemy import Connection, and_, update
from sqlalchemy.dialects.postgresql import insert

from lims.kernel.audit.rules import unaudited
from lims.reporting.schedule import queries
from lims.reporting.schedule.rules import LEASE, Plan, days_due, pause_after
from lims.reporting.schedule.tables import ReportSending


@unaudited("the table is the log")
def plan_days(connection: Connection, plan: Plan, now: datetime, zone: str) -> None:
    """Note what is due by now; again without effect."""
    newest, last = plan.newest(now, zone), queries.last_days(connection, plan.recipients)
    rows = [
        {"day": day, "recipient": recipient, "next_at": now}
        for recipient in plan.recipients
        for day in days_due(newest, last.get(recipient))
    ]
    if rows:
        connection.execute(insert(ReportSending).values(rows).on_conflict_do_nothing())


@unaudited("the table is the log")
def claim(connection: Connection, plan: Plan, now: datetime) -> tuple[date, str] | None:
    """Take the oldest report that is due in hand: nobody else has it before the lease is over."""
    row = queries.oldest_due(connection, plan.recipients, now)
    if row is None:
        return None
    taken = update(ReportSending).where(ReportSending.day == row.day, ReportSending.recipient == row.recipient)
    connection.execute(taken.values(next_at=now + LEASE, attempts=ReportSending.attempts + 1, tried_at=now))
    return row.day, row.recipient


@unaudited("the table is the log")
def note(connection: Connection, day: date, recipient: str, failure: str | None, now: datetime) -> None:
    """What came of an attempt: it arrived, or is tried again later, or was tried often enough."""
    at = and_(ReportSending.day == day, ReportSending.recipient == recipient)
    if failure is None:
        connection.execute(update(ReportSending).where(at).values(arrived_at=now, next_at=None, failure=None))
        return
    attempts = connection.execute(update(ReportSending).where(at).values(failure=failure).returning(ReportSending.attempts)).scalar_one()
    pause = pause_after(attempts)
    connection.execute(update(ReportSending).where(at).values(next_at=now + pause if pause else None))


@unaudited("the table is the log")
def once_more(connection: Connection, plan: Plan, day: date, now: datetime) -> None:
    """Send a day's report again to everybody, whether it has arrived or not."""
    fresh = {"next_at": now, "attempts": 0, "arrived_at": None, "failure": None}
    rows = [{"day": day, "recipient": recipient} | fresh for recipient in plan.recipients]
    connection.execute(insert(ReportSending).values(rows).on_conflict_do_update(index_elements=["day", "recipient"], set_=fresh))
