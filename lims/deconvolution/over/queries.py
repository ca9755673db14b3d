"""Which events bear on cases, and what they say that nobody has read yet."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Select,
    SQLColumnExpression,
    Text,
    Uuid,
    and_,
    cast,
    exists,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import array

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
MOST_EVENTS = 3_000  # a worker that is further behind than that is away: then every case is looked at


def reactive_above(start: Select[str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """That a tube is one of these or one that they answer or went into, and was ever called not negative in control."""
    chain = start.cte("chain", recursive=True)
    above = select(func.unnest(array([Tube.retest_of, Tube.pool]))).join(chain, Tube.barcode == chain.c.barcode)
    chain = chain.union(above)
    return (
        Tube.barcode.in_(select(chain.c.barcode)),
        exists().where(CallRow.barcode == Tube.barcode, CallRow.call != "negative", CallRow.controls_passed),
    )


def moved(connection: Connection) -> set[str] | None:
    """The cases that events bear on which were not read yet; None where there are too many of these, or nothing was ever read."""
    read = connection.execute(select(OverRead.epoch, OverRead.txid)).one_or_none()
    if read is None or not read.txid:
        return None
    unread = tuple_(Event.epoch, Event.txid) >= tuple_(literal(read.epoch), cast(cast(read.txid, Text), Event.txid.type))
    bears = Event.verb.in_([*VERBS, IMPORTED])
    query = select(Event.subject, Event.verb, Event.what["run"].astext.label("run")).where(unread, bears).limit(MOST_EVENTS + 1)
    events = connection.execute(query).all()
    if len(events) > MOST_EVENTS:
        return None
    runs, tubes = {one.run for one in events if one.verb == IMPORTED}, {one.subject for one in events if one.verb != IMPORTED}
    if not events:
        return set()
    called = select(CallRow.barcode).where(CallRow.run == func.any(cast(sorted(runs), ARRAY(Uuid))), CallRow.call != "negative")
    start = select(func.unnest(cast(sorted(tubes), ARRAY(Text))).label("barcode")).union(called).subquery()
    return set(connection.execute(select(Tube.barcode).where(*reactive_above(select(start.c.barcode)))).scalars())


def is_over(barcode: SQLColumnExpression[str], moved: Collection[str], before: datetime | None = None) -> ColumnElement[bool]:
    """Whether a case was confirmed (before a moment) when the trail was last read, and nothing bears on it since."""
    kept = and_(OverCase.barcode == barcode, OverCase.barcode != func.all(cast(sorted(moved), ARRAY(Text))))
    return exists().where(kept if before is None else and_(kept, OverCase.closed_at < before))
