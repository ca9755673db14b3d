"""Reading subscribers, what is due, and the log."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from lims.catalog.tables import AreaRow
from lims.interop.notices.tables import Notice
from lims.interop.subscribers.tables import Delivery, DeliveryAttempt, Subscriber
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused

WAITING = Delivery.delivered_at.is_(None)


def subscribers(connection: Connection) -> Sequence[AnyRow]:
    """Every subscriber, with how much waits for it and since when; without its secret."""
    waiting = (
        select(Delivery.subscriber, func.count().label("waiting"), func.min(Notice.told_at).label("oldest"))
        .join(Notice, Notice.number == Delivery.notice)
        .where(WAITING)
        .group_by(Delivery.subscriber)
        .subquery()
    )
    query = select(
        Subscriber.number, Subscriber.address, Subscriber.host, Subscriber.kinds, Subscriber.area,
        Subscriber.stopped_at, Subscriber.stopped_for,
        func.coalesce(waiting.c.waiting, 0).label("waiting"), waiting.c.oldest,
    ).outerjoin(waiting, waiting.c.subscriber == Subscriber.number)  # fmt: skip
    return connection.execute(query.order_by(Subscriber.number)).all()


def subscriber(connection: Connection, number: int) -> AnyRow:
    """One subscriber; Refused where there is none."""
    row = connection.execute(select(Subscriber.__table__).where(Subscriber.number == number)).one_or_none()
    if row is None:
        raise Refused("not_found", "{what} is not known here.", what=f"Webhook {number}")
    return row


def told(connection: Connection) -> Sequence[AnyRow]:
    """The subscribers that are told: their numbers, kinds and areas."""
    query = select(Subscriber.number, Subscriber.kinds, Subscriber.area)
    return connection.execute(query.where(Subscriber.stopped_for.is_distinct_from("removed"))).all()


def stopped(connection: Connection) -> Sequence[AnyRow]:
    """The subscribers that are told nothing although somebody expects it: where, since when, why."""
    query = select(Subscriber.number, Subscriber.host, Subscriber.stopped_at, Subscriber.stopped_for)
    return connection.execute(query.where(Subscriber.stopped_at.is_not(None), Subscriber.stopped_for != "removed")).all()


def parents(connection: Connection) -> dict[str, str | None]:
    """Which area each area lies in."""
    return {row.code: row.parent for row in connection.execute(select(AreaRow.code, AreaRow.parent))}


def due(connection: Connection, now: datetime) -> Sequence[int]:
    """The subscribers for which something is due."""
    query = select(Delivery.subscriber).distinct().join(Subscriber, Subscriber.number == Delivery.subscriber)
    return connection.execute(query.where(WAITING, Delivery.due_at <= now, Subscriber.stopped_at.is_(None))).scalars().all()


def message(connection: Connection, notice: int) -> AnyRow:
    """What is to be sent of a notice."""
    return connection.execute(select(Notice.number, Notice.id, Notice.kind, Notice.at, Notice.data).where(Notice.number == notice)).one()


def notices_since(connection: Connection, since: datetime) -> Sequence[AnyRow]:
    """The notices told from a moment on, in order."""
    query = select(Notice.number, Notice.barcode, Notice.kind, Notice.area).where(Notice.told_at >= since)
    return connection.execute(query.order_by(Notice.number)).all()


def log(connection: Connection, number: int, limit: int) -> Sequence[AnyRow]:
    """The last attempts, newest first."""
    attempt = DeliveryAttempt
    query = select(attempt.at, attempt.notice, Notice.kind, Notice.barcode, attempt.status, attempt.milliseconds, attempt.said)
    query = query.join(Notice, Notice.number == attempt.notice).where(attempt.subscriber == number)
    return connection.execute(query.order_by(attempt.number.desc()).limit(limit)).all()
