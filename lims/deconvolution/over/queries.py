"""Which events bear on cases, and what they say that nobody has read yet."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, ColumnElement, Connection, Text, Uuid, any_, cast, exists, func, literal, select, true, tuple_

from lims.custody.queries import Codes, tubes_above
from lims.custody.tables import Tube
from lims.deconvolution.over.tables import OverCase, OverRead
from lims.kernel.audit.tables import Event
from lims.testing.interpretation.tables import CallRow

# What can change how a case stands. What an import says of tubes is read from its calls: those of released tubes, too.
VERBS = (
    "tube.registered", "tube.changed", "tube.replaced", "tube.received", "tube.rejected", "tube.released", "tube.returned", "tube.amended",
    "case.closed", "case.reopened",
)  # fmt: skip
IMPORTED = "run.imported"
MOST_LEFT = 20_000  # tubes that are looked at one by one
MOST_EVENTS = 3_000  # a worker that is further behind than that is away: then every case is looked at


def reactive_above(codes: Codes) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """That a tube is one of these or one that they answer or went into, and was ever called not negative in control."""
    return (
        Tube.barcode == any_(func.array(select(tubes_above(codes, "retest_of", "pool", apart=False).c.above).scalar_subquery())),
        exists().where(CallRow.barcode == Tube.barcode, CallRow.call != "negative", CallRow.controls_passed),
    )


def moved(connection: Connection) -> set[str] | None:
    """The cases that events bear on which were not read yet; None where there are too many of these, or nothing was ever read."""
    read = connection.execute(select(OverRead.epoch, OverRead.txid, OverRead.since)).one_or_none()
    if read is None or not read.txid:
        return None
    unread = tuple_(Event.epoch, Event.txid) >= tuple_(literal(read.epoch), cast(cast(read.txid, Text), Event.txid.type))
    bears = Event.verb.in_([*VERBS, IMPORTED])
    # By value, so that the pieces of other days are not even planned for.
    query = select(Event.subject, Event.verb, Event.what["run"].astext.label("run")).where(unread, bears, Event.day >= read.since)
    # In the order of the index: otherwise the planner, who takes a third of all events to be unread, reads them all.
    events = connection.execute(query.order_by(Event.epoch, Event.txid).limit(MOST_EVENTS + 1)).all()
    if len(events) > MOST_EVENTS:
        return None
    if not events:
        return set()
    runs, tubes = {one.run for one in events if one.verb == IMPORTED}, {one.subject for one in events if one.verb != IMPORTED}
    called = select(CallRow.barcode).where(CallRow.run == func.any(cast(sorted(runs), ARRAY(Uuid))), CallRow.call != "negative")
    start = select(func.unnest(cast(sorted(tubes), ARRAY(Text))).label("barcode")).union(called).cte("start")
    return set(connection.execute(select(Tube.barcode).where(*reactive_above(start.c.barcode))).scalars())


def left(connection: Connection, before: datetime | None = None) -> Sequence[str] | None:
    """The tubes called not negative in control that are of no case which is (before a moment: was) over; None where nobody knows."""
    return but_those(connection, true() if before is None else OverCase.closed_at < before)


def unanswered(connection: Connection, before: datetime) -> Sequence[str] | None:
    """The same but for cases that are over and whose people all had a result before a moment."""
    return but_those(connection, OverCase.answered_at < before)


def but_those(connection: Connection, aside: ColumnElement[bool]) -> Sequence[str] | None:
    """The tubes called not negative in control but for those kept aside; None where nobody knows, or where there are too many."""
    bears = moved(connection)
    if bears is None:
        return None
    passed = exists().where(OverCase.barcode == CallRow.barcode, aside)
    called = select(CallRow.barcode).where(CallRow.call != "negative", CallRow.controls_passed, ~passed).limit(MOST_LEFT + 1)
    found = {*connection.execute(called).scalars(), *bears}
    return None if len(found) > MOST_LEFT else sorted(found)


def not_aside(connection: Connection, after: str, limit: int) -> Sequence[str]:
    """Up to `limit` tubes behind this one, by barcode, that were called not negative in control and are of no case kept aside."""
    aside = exists().where(OverCase.barcode == CallRow.barcode)
    called = select(CallRow.barcode).where(CallRow.call != "negative", CallRow.controls_passed, ~aside, CallRow.barcode > after)
    return connection.execute(called.distinct().order_by(CallRow.barcode).limit(limit)).scalars().all()
