"""Reading subscribers, what is due, and the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select

from lims.catalog.tables import AreaRow
from lims.interop.notices.tables import Notice
from lims.interop.subscribers.rules import Wish, wants, with_those_above
from lims.interop.subscribers.tables import Delivery, DeliveryAttempt, Subscriber
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused

HIGHEST = 2**31 - 1
WAITING = Delivery.delivered_at.is_(None)


SHOWN = (
    Subscriber.number, Subscriber.host, Subscriber.kinds, Subscriber.area, Subscriber.audience, Subscriber.added_at, Subscriber.added_by,
    Subscriber.stopped_at, Subscriber.stopped_for, Subscriber.old_secret_until,
)  # fmt: skip


def subscribers(connection: Connection, only: int | None = None) -> Sequence[AnyRow]:
    """Every subscriber (or one), with how much waits for it and since when; without secret or address, which may hold one."""
    waiting = (
        select(Delivery.subscriber, func.count().label("waiting"), func.min(Notice.told_at).label("oldest"))
        .join(Notice, Notice.number == Delivery.notice)
        .where(WAITING)
        .group_by(Delivery.subscriber)
        .subquery()
    )
    query = select(*SHOWN, func.coalesce(waiting.c.waiting, 0).label("waiting"), waiting.c.oldest)
    query = query.outerjoin(waiting, waiting.c.subscriber == Subscriber.number).order_by(Subscriber.number)
    return connection.execute(query if only is None else query.where(Subscriber.number == only)).all()


def addresses(connection: Connection) -> dict[int, str]:
    """Where each subscriber is told, for whoever runs this program."""
    return {row.number: row.address for row in connection.execute(select(Subscriber.number, Subscriber.address))}


def subscriber(connection: Connection, number: int) -> AnyRow:
    """One subscriber as it may be shown; Refused where there is none."""
    found = subscribers(connection, number) if number <= HIGHEST else ()
    if not found:
        raise Refused("not_found", "{what} is not known here.", what=f"Webhook {number}")
    return found[0]


def added_as(connection: Connection, message: UUID) -> int:
    """The subscriber that this message has added."""
    return connection.execute(select(Subscriber.number).where(Subscriber.added_as == message)).scalar_one()


def receiver(connection: Connection, number: int) -> AnyRow:
    """Where a subscriber is told, and the secrets that sign."""
    query = select(Subscriber.address, Subscriber.secret, Subscriber.old_secret, Subscriber.old_secret_until)
    return connection.execute(query.where(Subscriber.number == number)).one()


def told(connection: Connection) -> Sequence[AnyRow]:
    """The subscribers that are told: their numbers, kinds, areas and audiences."""
    query = select(Subscriber.number, Subscriber.kinds, Subscriber.area, Subscriber.audience)
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


def due_to(connection: Connection, subscribers: Sequence[AnyRow], notices: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Which of these notices are due to whom."""
    above = parents(connection)
    return [
        {"subscriber": subscriber.number, "notice": notice.number, "barcode": notice.barcode}
        for notice in notices
        for subscriber in subscribers
        if wants(
            Wish(subscriber.kinds, subscriber.area, subscriber.audience), notice.kind, with_those_above(notice.area, above), notice.tell
        )
    ]


def message(connection: Connection, notice: int) -> AnyRow:
    """What is to be sent of a notice."""
    return connection.execute(select(Notice.number, Notice.id, Notice.kind, Notice.at, Notice.data).where(Notice.number == notice)).one()


def notices_since(connection: Connection, since: datetime) -> Sequence[AnyRow]:
    """The notices told from a moment on, in order."""
    query = select(Notice.number, Notice.barcode, Notice.kind, Notice.area, Notice.tell).where(Notice.told_at >= since)
    return connection.execute(query.order_by(Notice.number)).all()


def log(connection: Connection, number: int, limit: int, before: int | None = None) -> Sequence[AnyRow]:
    """The last attempts, newest first, from below a line on."""
    attempt = DeliveryAttempt
    query = select(
        attempt.number, attempt.at, attempt.notice, Notice.kind, Notice.barcode, attempt.status, attempt.milliseconds, attempt.said
    )
    query = query.join(Notice, Notice.number == attempt.notice).where(attempt.subscriber == number)
    query = query if before is None else query.where(attempt.number < before)
    return connection.execute(query.order_by(attempt.number.desc()).limit(limit)).all()
