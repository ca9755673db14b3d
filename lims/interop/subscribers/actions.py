"""Who is told, what is due to whom, and what came of it."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Connection, and_, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from lims.catalog import queries as catalog
from lims.interop.subscribers import queries
from lims.interop.subscribers.rules import (
    BOTH_SIGN,
    MAIL,
    SECRET_BYTES,
    Tried,
    Wish,
    mailbox,
    networks_of,
    pause_after,
    refuse_address,
    refuse_mailbox,
    shown_secret,
)
from lims.interop.subscribers.tables import Delivery, DeliveryAttempt, Subscriber
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused, listed
from lims.kernel.program import Program
from lims.kernel.secrets import Keys

# Longer than any attempt takes: what a dead process had in its hands is tried again then.
LEASE = timedelta(minutes=2)
GIVEN_UP, UNWANTED, REMOVED = "given up", "not wanted (410)", "removed"


@audited("subscriber.added")
def add(
    connection: Connection,
    program: Program,
    address: str,
    wish: Wish,
    by: str,
    now: datetime,
    added_as: UUID | None = None,
) -> tuple[int, str]:
    """Somewhere that notices go from now on: its number, and the secret, which is shown this once."""
    if address.startswith(MAIL):
        refuse_mailbox(address, program.settings.smtp_host)
    else:
        refuse_address(address, networks_of(program.settings.webhook_networks))
    if wish.area is not None and wish.area not in queries.parents(connection):
        raise Refused("not_found", "{what} is not known here.", what=f"Area {wish.area}")
    known = catalog.current(connection)
    named = known.audiences_named(known.days(now)[0])
    if wish.audience is not None and wish.audience not in named:
        raise Refused(
            "audience_unknown",
            "No case policy names {audience}: it would hear of next to nothing. Named are: {named}. Load the policy first.",
            audience=wish.audience, named=listed(named) or "-",
        )  # fmt: skip
    secret, host = secrets.token_bytes(SECRET_BYTES), urlsplit(address).hostname or mailbox(address).rpartition("@")[2]
    row = insert(Subscriber).values(
        address=address,
        host=host,
        secret=program.keys.hide(secret),
        kinds=list(wish.kinds),
        area=wish.area,
        audience=wish.audience,
        added_at=now,
        added_by=by,
        added_as=added_as,
    )
    number = connection.execute(row.returning(Subscriber.number)).scalar_one()
    what = {"host": host, "kinds": list(wish.kinds), "area": wish.area, "audience": wish.audience}
    record(connection, by, now, [Happening(f"subscriber {number}", "subscriber.added", now, what)])
    return number, shown_secret(secret)


@audited("subscriber.rotated")
def rotate(connection: Connection, keys: Keys, subscriber: AnyRow, by: str, now: datetime) -> str:
    """A new secret, which is shown this once; the old one signs beside it for a while, as Standard Webhooks says."""
    fresh = secrets.token_bytes(SECRET_BYTES)
    connection.execute(select(func.rotate_secret(subscriber.number, keys.hide(fresh), now + BOTH_SIGN)))
    record(connection, by, now, [Happening(f"subscriber {subscriber.number}", "subscriber.rotated", now)])
    return shown_secret(fresh)


@audited("subscriber.stopped")
def stop(connection: Connection, number: int, reason: str, by: str, now: datetime) -> None:
    """Tell it nothing more; what is due stays due, until it is resumed."""
    connection.execute(update(Subscriber).where(Subscriber.number == number).values(stopped_at=now, stopped_for=reason))
    record(connection, by, now, [Happening(f"subscriber {number}", "subscriber.stopped", now, {"reason": reason})])


@audited("subscriber.resumed")
def resume(connection: Connection, number: int, by: str, now: datetime) -> None:
    """Tell it again, from what is due on."""
    connection.execute(update(Subscriber).where(Subscriber.number == number).values(stopped_at=None, stopped_for=None))
    mine = and_(Delivery.subscriber == number, Delivery.delivered_at.is_(None))
    connection.execute(update(Delivery).where(mine).values(failures=0, due_at=now))
    record(connection, by, now, [Happening(f"subscriber {number}", "subscriber.resumed", now)])


@unaudited("it tells what the trail says already")
def enqueue(connection: Connection, notices: Sequence[AnyRow], now: datetime) -> None:
    """Notices are due to everybody who wants them, in the transaction that makes them."""
    if notices and (told := queries.told(connection)) and (due := queries.due_to(connection, told, notices)):
        # A notice comes here once more when its policy names somebody else, too: whoever was told is not told again.
        connection.execute(insert(Delivery).on_conflict_do_nothing(), [row | {"due_at": now} for row in due])


@audited("subscriber.replayed")
def replay(connection: Connection, subscriber: AnyRow, since: datetime, by: str, now: datetime) -> int:
    """Send everything once more that was told from a moment on, under the same ids; how many notices."""
    due = queries.due_to(connection, [subscriber], queries.notices_since(connection, since))
    if due:
        again = {"failures": 0, "due_at": now, "delivered_at": None}
        going = insert(Delivery).on_conflict_do_update(index_elements=["subscriber", "notice"], set_=again)
        connection.execute(going, [row | {"due_at": now} for row in due])
    what = {"since": since.isoformat(), "notices": len(due)}
    record(connection, by, now, [Happening(f"subscriber {subscriber.number}", "subscriber.replayed", now, what)])
    return len(due)


@unaudited("the log of attempts says what came of it")
def claim(connection: Connection, subscriber: int, now: datetime) -> int | None:
    """Take the next notice that is due into our hands: the first of its case that has not arrived."""
    earlier = aliased(Delivery)
    before = and_(earlier.subscriber == Delivery.subscriber, earlier.barcode == Delivery.barcode, earlier.notice < Delivery.notice)
    first = (
        select(Delivery.notice)
        .where(Delivery.subscriber == subscriber, Delivery.delivered_at.is_(None), Delivery.due_at <= now)
        .where(exists().where(Subscriber.number == subscriber, Subscriber.stopped_at.is_(None)))
        .where(~exists().where(before, earlier.delivered_at.is_(None)))
        .order_by(Delivery.notice)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = update(Delivery).where(Delivery.subscriber == subscriber, Delivery.notice == first).values(due_at=now + LEASE)
    return connection.execute(taken.returning(Delivery.notice)).scalar_one_or_none()


@audited("subscriber.stopped")
def note(connection: Connection, subscriber: int, notice: int, tried: Tried, at: datetime) -> None:
    """Write down what came of an attempt, and when the next one is; after the last, or where it is not wanted, stop."""
    told = {"status": tried.status, "milliseconds": tried.milliseconds, "said": tried.said}
    connection.execute(insert(DeliveryAttempt).values(subscriber=subscriber, notice=notice, at=at, **told))
    mine = update(Delivery).where(Delivery.subscriber == subscriber, Delivery.notice == notice, Delivery.delivered_at.is_(None))
    if tried.arrived:
        connection.execute(mine.values(delivered_at=at))
        return
    failures = connection.execute(mine.values(failures=Delivery.failures + 1, due_at=at).returning(Delivery.failures)).scalar_one_or_none()
    pause = pause_after(failures or 1)
    if tried.unwanted or pause is None:
        stop(connection, subscriber, UNWANTED if tried.unwanted else GIVEN_UP, "worker", at)
        return
    connection.execute(mine.values(due_at=at + pause))
