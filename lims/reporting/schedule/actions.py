"""What is due, who has it in hand, and what came of it."""

from datetime import date, datetime

from sqlalchemy import Connection, Update, case, update
from sqlalchemy.dialects.postgresql import insert

from lims.kernel.audit.rules import unaudited
from lims.reporting.schedule import queries
from lims.reporting.schedule.rules import LEASE, Outcome, Plan, Taken, days_due, pause_after
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
def claim(connection: Connection, plan: Plan, now: datetime) -> Taken | None:
    """Take the oldest report that is due in hand: nobody else has it before the lease is over."""
    row = queries.oldest_due(connection, plan.recipients, now)
    if row is None:
        return None
    taken = Taken(row.day, row.recipient, row.attempts + 1, row.edition, now + LEASE)
    of_day = update(ReportSending).where(ReportSending.day == row.day, ReportSending.recipient == row.recipient)
    connection.execute(of_day.values(next_at=taken.until, attempts=taken.attempt, tried_at=now))
    return taken


@unaudited("the table is the log")
def hand_over(connection: Connection, taken: Taken, now: datetime) -> bool:
    """Note that a mail server is about to get it: from here on it is not sent again by itself. False where somebody else has it by now."""
    handed = in_hand(taken).where(ReportSending.next_at == taken.until).values(handed_at=now, next_at=None)
    return connection.execute(handed).rowcount == 1


@unaudited("the table is the log")
def note(connection: Connection, taken: Taken, came: Outcome, now: datetime) -> None:
    """What came of an attempt: it arrived, is tried again later, was tried often enough, or may have arrived and is left at that."""
    if came.failure is None:
        connection.execute(in_hand(taken).values(arrived_at=now, next_at=None, failure=None))
    elif came.in_doubt:
        connection.execute(in_hand(taken).values(failure=came.failure, next_at=None))
    else:
        pause = pause_after(taken.attempt)
        connection.execute(in_hand(taken).values(failure=came.failure, handed_at=None, next_at=now + pause if pause else None))


@unaudited("part of `hand_over` and `note`")
def in_hand(taken: Taken) -> Update:
    """A change of what somebody has in hand, and of nothing that another has taken since or that has arrived."""
    mine = update(ReportSending).where(ReportSending.day == taken.day, ReportSending.recipient == taken.recipient)
    return mine.where(ReportSending.attempts == taken.attempt, ReportSending.arrived_at.is_(None))


@unaudited("the table is the log")
def once_more(connection: Connection, plan: Plan, day: date, now: datetime) -> None:
    """Send a day's report again to everybody, whether it has arrived or not; where it has, as another edition."""
    fresh = {"next_at": now, "attempts": 0, "arrived_at": None, "handed_at": None, "failure": None}
    rows = [{"day": day, "recipient": recipient} | fresh for recipient in plan.recipients]
    edition = ReportSending.edition + case((ReportSending.arrived_at.is_not(None), 1), else_=0)
    again = insert(ReportSending).values(rows)
    connection.execute(again.on_conflict_do_update(index_elements=["day", "recipient"], set_=fresh | {"edition": edition}))
