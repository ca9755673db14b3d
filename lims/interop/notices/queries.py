"""Reading the trail for what is to be told, and the notices themselves."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Select,
    Text,
    Uuid,
    and_,
    case,
    cast,
    distinct,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, array
from sqlalchemy.orm import InstrumentedAttribute, aliased

from lims.custody.tables import Tube
from lims.deconvolution.over.queries import IMPORTED, VERBS, reactive_above
from lims.deconvolution.tables import Closure
from lims.interop.notices.history import Decision, Turn
from lims.interop.notices.rules import ENDS, Amendment, Kind
from lims.interop.notices.tables import Notice, NoticeDue, NoticeReader, NoticeSeen
from lims.kernel.audit.tables import Event, Seal
from lims.kernel.auth.rules import Caller
from lims.kernel.db import AnyRow
from lims.testing.interpretation.tables import CallRow
from lims.testing.review.tables import Release

SEALS_AT_ONCE = 100


def unread_seals(connection: Connection) -> tuple[int, int] | None:
    """The seal up to which the trail was read, and that up to which it is to be read now; None where there is nothing new."""
    newest = select(func.max(Seal.number)).scalar_subquery()
    row = connection.execute(select(NoticeReader.seal, newest.label("newest"))).one()
    return (row.seal, min(row.newest, row.seal + SEALS_AT_ONCE)) if row.newest is not None and row.newest > row.seal else None


def touched(after: int, to: int) -> Select[str, str]:
    """The tubes that have ever been called not negative in control, and that events under these seals touch, directly or by an answer.

    Each with the tube it answers or went into, or itself.
    """

    def bound(number: InstrumentedAttribute[int]) -> ColumnElement[int]:
        return cast(cast(number, Text), Event.txid.type)

    # Days before are not read: of a transaction that was not sealed then, an event may be two days older.
    sealed = select(cast(Seal.sealed_at - literal_column("interval '2 days'"), Date)).where(Seal.number == after).scalar_subquery()
    within = and_(Event.txid >= bound(Seal.from_txid), Event.txid < bound(Seal.to_txid))
    under = and_(Event.epoch == Seal.epoch, within, Event.day >= func.coalesce(sealed, date.min))
    told = (
        select(Event.subject, Event.verb, Event.what["run"].astext.label("run"))
        .join(Seal, under)
        .where(Seal.number > after, Seal.number <= to, Event.verb.in_([*VERBS, IMPORTED]))
        .cte("told")
    )
    imported = (
        select(CallRow.barcode)
        .join(told, and_(told.c.verb == IMPORTED, CallRow.run == cast(told.c.run, Uuid)))
        .where(CallRow.call != "negative", CallRow.controls_passed)
    )
    start = select(told.c.subject.label("barcode")).where(told.c.verb != IMPORTED).union(imported).cte("start")
    return select(Tube.barcode, func.coalesce(Tube.pool, Tube.retest_of, Tube.barcode)).where(*reactive_above(start.c.barcode))


def read_until(connection: Connection, seal: int) -> AnyRow:
    """The transaction up to which a seal goes: its epoch and its number; and when it was sealed."""
    return connection.execute(select(Seal.epoch, Seal.to_txid, Seal.sealed_at).where(Seal.number == seal)).one()


def all_due() -> Select[str]:
    """Every tube that is to be told of."""
    return select(NoticeDue.barcode)


def due(connection: Connection, limit: int) -> Sequence[str]:
    """The next tubes of which there is something to tell, those of one family together."""
    return connection.execute(select(NoticeDue.barcode).order_by(NoticeDue.family, NoticeDue.barcode).limit(limit)).scalars().all()


def told_of(connection: Connection, codes: Collection[str]) -> Sequence[AnyRow]:
    """Due tubes and those they answer or went into: a single tube's case is told of with it, wherever its pool stands among those due."""
    query = select(Tube.barcode, Tube.kind, Tube.lab, Tube.site, Tube.released_call, Tube.released_at)
    return connection.execute(query.where(*reactive_above(codes)).order_by(Tube.barcode)).all()


def amendments(connection: Connection, codes: Collection[str]) -> dict[str, Amendment]:
    """Of these tubes those whose result was amended, as it stands now."""
    query = select(Release.barcode, Release.revision, Release.at, Release.call)
    rows = connection.execute(query.where(Release.barcode.in_(codes), Release.revision > 1, Release.standing.is_(True)))
    return {row.barcode: Amendment(*row) for row in rows}


def decisions(connection: Connection, codes: Collection[str]) -> dict[str, list[Decision]]:
    """What reviewers decided on these cases, first come first."""
    found: dict[str, list[Decision]] = defaultdict(list)
    query = select(Closure.barcode, Closure.number, Closure.outcome, Closure.at, Closure.answered_for).where(Closure.barcode.in_(codes))
    for row in connection.execute(query.order_by(Closure.barcode, Closure.number)):
        found[row.barcode].append(Decision(row.number, row.outcome, row.at, frozenset(row.answered_for)))
    return found


def turns_told(connection: Connection, codes: Collection[str]) -> dict[str, list[Turn]]:
    """What was told of the ends of these cases (but for withdrawals) and of their being open again, first come first."""
    found: dict[str, list[Turn]] = defaultdict(list)
    columns = (Notice.barcode, Notice.kind, Notice.occasion, Notice.outcome, Notice.decision)
    query = select(*columns).where(Notice.barcode.in_(codes), Notice.kind.in_([Kind.CLOSED.value, Kind.REOPENED.value]))
    for row in connection.execute(query.where(Notice.outcome.in_(["", *(one.value for one in ENDS)])).order_by(Notice.number)):
        found[row.barcode].append(Turn(Kind(row.kind), row.occasion, row.outcome, row.decision))
    return found


def unreminded(connection: Connection, since: datetime, until: datetime) -> Sequence[AnyRow]:
    """The first notices between these times of cases that are not over as far as was told, and of which no reminder was."""

    def told(*kinds: Kind) -> ColumnElement[bool]:
        other = aliased(Notice)
        return exists().where(other.barcode == Notice.barcode, other.kind.in_([kind.value for kind in kinds]))

    query = select(Notice.barcode, Notice.site, Notice.at, Notice.told_at).where(
        Notice.kind == Kind.PRELIMINARY.value, Notice.told_at.between(since, until)
    )
    going_on = or_(~told(Kind.CLOSED), told(Kind.REOPENED, Kind.DOUBTED, Kind.AMENDED))
    return connection.execute(query.where(~told(Kind.OVERDUE), going_on)).all()


def told_wider(tell: ColumnElement[list[str]]) -> ColumnElement[list[str]]:
    """Whom a notice names that is to be told to these, too: both; nobody, which is everybody, where either names nobody."""
    told = func.unnest(Notice.tell.op("||")(tell)).column_valued("audience")
    both = select(func.array_agg(aggregate_order_by(distinct(told), told))).scalar_subquery()
    nobody = cast(array([], type_=Text), ARRAY(Text))
    return case((or_(Notice.tell == nobody, tell == nobody), nobody), else_=both)


def visible(caller: Caller) -> list[ColumnElement[bool]]:
    """Which notices are a caller's business: those of the own lab or site, for who is bound to one."""
    bounds = []
    if caller.lab is not None:
        bounds.append(Notice.lab == caller.lab)
    if caller.site is not None:
        bounds.append(Notice.site == caller.site)
    return bounds


def notices(connection: Connection, caller: Caller, before: int | None, limit: int) -> Sequence[AnyRow]:
    """Notices, newest first, from below a number on."""
    query = select(Notice.__table__).where(*visible(caller)).order_by(Notice.number.desc()).limit(limit)
    return connection.execute(query if before is None else query.where(Notice.number < before)).all()


def known(connection: Connection, caller: Caller, numbers: Collection[int]) -> Sequence[AnyRow]:
    """Of these notices those that are this caller's business."""
    wanted = Notice.number == func.any(cast(list(numbers), ARRAY(BigInteger)))
    return connection.execute(
        select(Notice.number, Notice.barcode, Notice.kind).where(wanted, *visible(caller)).order_by(Notice.number)
    ).all()


def seen(connection: Connection, numbers: Collection[int]) -> dict[int, list[AnyRow]]:
    """Who took note of these notices, first come first."""
    found: dict[int, list[AnyRow]] = defaultdict(list)
    query = select(NoticeSeen.notice, NoticeSeen.by, NoticeSeen.at).where(NoticeSeen.notice.in_(numbers))
    for row in connection.execute(query.order_by(NoticeSeen.at, NoticeSeen.by)):
        found[row.notice].append(row)
    return found


def unseen(connection: Connection, caller: Caller) -> int:
    """How many notices nobody has taken note of."""
    noted = exists().where(NoticeSeen.notice == Notice.number)
    return int(connection.execute(select(func.count()).select_from(Notice).where(~noted, *visible(caller))).scalar_one())
