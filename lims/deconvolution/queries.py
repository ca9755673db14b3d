"""Reading what cases follow from. A fixed number of statements for any number of tubes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    Text,
    all_,
    and_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import distinct_on

from lims.custody.tables import Tube, TubeMember
from lims.deconvolution.over import queries as over
from lims.deconvolution.rules import CaseState, ClosureNote, Outcome
from lims.deconvolution.tables import Closure
from lims.deconvolution.together.queries import together
from lims.deconvolution.together.rules import NOTHING, Pool, Together, may_be_in, over_by
from lims.kernel.db import AnyRow
from lims.testing.instruments.tables import Run
from lims.testing.interpretation.tables import CallRow
from lims.testing.review.tables import Release

# Since when a tube has the result it has: a case is settled by the result that stands.
SINCE = func.coalesce(Tube.amended_at, Tube.released_at).label("released_at")
TUBE = (
    Tube.barcode, Tube.kind, Tube.lab, Tube.site, Tube.collected_on, Tube.released_call, SINCE, Tube.rejected_at,
    Tube.rejected_for, Tube.received_at, Tube.call, Tube.run, Tube.member_count, Tube.pool,
)  # fmt: skip

NOT_CLOSED = frozenset(CaseState) - {CaseState.CLOSED}
MORE, MOST_AT_ONCE = 4, 20_000  # times the last piece; cases


@dataclass(frozen=True)
class Among:
    """Which cases are asked for: of a lab, of some sites, of one tube, in some states, opened from one moment and before another.

    `not_over_by`: those that were not over at a moment, as far as rows tell: some that were may still be among them.
    """

    lab: str | None = None
    sites: Collection[str] | None = None
    only: Collection[str] | None = None
    states: frozenset[CaseState] | None = None
    opened: tuple[datetime, datetime] | None = None
    not_over_by: datetime | None = None


def reactive_pools(connection: Connection, among: Among, after: tuple[datetime, str] | None, limit: int) -> Sequence[AnyRow]:
    """Pools with a call that is not negative from a run in control, oldest first, with the first such call.

    Where states or a moment are asked for, a piece of them is read, then what their single tubes say; the next piece is larger. Of those
    that are not kept aside as over nearly all are in some state but closed; where fewer may pass, the first piece is larger already.
    """
    wanted = worth_a_look(connection, among)
    nearly_all = among.states is None or (wanted is not None and among.states >= NOT_CLOSED)
    found: list[AnyRow] = []
    many = limit if nearly_all else min(MORE * limit, MOST_AT_ONCE)
    while True:
        piece = connection.execute(in_turn(among, after, wanted, many)).all()
        if among.states is None and among.not_over_by is None:
            return piece
        said = together(connection, [row for row in piece if row.ended_at is None])
        found += [row for row in piece if may_be_meant(among, row, said.get(row.barcode, NOTHING))]
        if len(found) >= limit or len(piece) < many:
            return found[:limit]
        after, many = (piece[-1].opened_at, piece[-1].barcode), max(many, min(MORE * many, MOST_AT_ONCE))


def may_be_meant(among: Among, row: AnyRow, said: Together) -> bool:
    """Whether rows do not rule out that a case is in one of the states that are asked for, and was not over by a moment."""
    firm = row.released_call not in (None, "negative") or row.rejected_at is not None
    pool = Pool(row.ended_at, firm, row.released_at)
    in_state = among.states is None or may_be_in(among.states, pool, said)
    return in_state and (among.not_over_by is None or not over_by(among.not_over_by, pool, said))


def in_turn(among: Among, after: tuple[datetime, str] | None, wanted: Sequence[str] | None, limit: int) -> Select[*tuple[Any, ...]]:
    """So many of these pools, oldest first, each with the last call of its own that makes it one."""
    pool = pools_in_order(among, after, wanted)
    latest = (
        select(CallRow.call, CallRow.reasons, Run.imported_at)
        .join(Run, Run.id == CallRow.run)
        .where(CallRow.barcode == pool.c.barcode, CallRow.call != "negative", CallRow.controls_passed)
        .order_by(Run.imported_at.desc())
        .limit(1)
        .lateral()
    )
    doubted = func.coalesce(latest.c.imported_at > Release.released_at, False)
    query = (
        select(
            *pool.c,
            latest.c.call.label("reactive_call"),
            latest.c.reasons,
            latest.c.imported_at.label("called_at"),
            doubted.label("doubted"),
        )
        .select_from(pool)
        .join(latest, latest.c.call.is_not(None))
        .outerjoin(Release, and_(Release.barcode == pool.c.barcode, Release.standing.is_(True)))
        .order_by(pool.c.opened_at, pool.c.barcode)
        .limit(limit)
    )
    if among.states is None and among.not_over_by is None:
        return query
    ended_at = case((and_(pool.c.released_call == "negative", ~doubted), pool.c.released_at), else_=closed_at(pool))
    if among.states is not None and CaseState.CLOSED not in among.states:
        query = query.where(ended_at.is_(None))
    if among.not_over_by is not None:
        query = query.where(func.coalesce(ended_at >= among.not_over_by, True))
    return query.add_columns(ended_at.label("ended_at"))


def worth_a_look(connection: Connection, among: Among) -> Sequence[str] | None:
    """Tubes among which all pools are that are asked for, where cases that are over are not; None where any tube may be."""
    unclosed = among.states is not None and CaseState.CLOSED not in among.states
    asked = among.only is None and (unclosed or among.not_over_by is not None)
    return over.left(connection, None if unclosed else among.not_over_by) if asked else None


def pools_in_order(among: Among, after: tuple[datetime, str] | None, wanted: Sequence[str] | None) -> Subquery:
    """The pools alone, oldest first. In order already here: what is asked of each is then asked of no more than a page needs."""
    first = (
        select(CallRow.barcode, func.min(Run.at).label("opened_at"))
        .join(Run, Run.id == CallRow.run)
        .where(CallRow.call != "negative", CallRow.controls_passed, CallRow.pooled_in.is_(None))
        .group_by(CallRow.barcode)
    )
    if wanted is not None:
        first = first.where(CallRow.barcode == func.any(cast(wanted, ARRAY(Text))))
    if among.only is not None:
        first = first.where(CallRow.barcode.in_(among.only))
    if among.opened is not None:
        first = first.having(func.min(Run.at) >= among.opened[0], func.min(Run.at) < among.opened[1])
    opened = first.subquery()
    query = (
        select(*TUBE, opened.c.opened_at)
        .join(opened, opened.c.barcode == Tube.barcode)
        .where(or_(Tube.kind.in_(["swab_pool", "aliquot_pool"]), and_(Tube.kind.is_(None), Tube.member_count == 0)))
        .where(Tube.mixed_for.is_(None))  # what was mixed for a case is a part of that case
        .order_by(opened.c.opened_at, Tube.barcode)
    )
    if among.lab is not None:
        query = query.where(Tube.lab == among.lab)
    if among.sites is not None:
        query = query.where(Tube.site.in_(among.sites))
    if after is not None:
        query = query.where(tuple_(opened.c.opened_at, Tube.barcode) > after)
    return query.subquery("pool")


def last_words() -> Subquery:
    """The last decision on each case: closed with an outcome, or reopened."""
    query = select(Closure.barcode, Closure.outcome, Closure.at, Closure.answered_for).ext(distinct_on(Closure.barcode))
    return query.order_by(Closure.barcode, Closure.number.desc()).subquery()


def closures(connection: Connection, codes: Collection[str]) -> dict[str, ClosureNote]:
    """The last word on each of these cases where it closes the case; whether it answers for everybody is for the rules to say."""
    last = last_words()
    query = select(last).where(last.c.barcode.in_(codes), last.c.outcome != "reopened")
    return {row.barcode: ClosureNote(Outcome(row.outcome), row.at, frozenset(row.answered_for)) for row in connection.execute(query)}


def decisions_made(connection: Connection, barcode: str) -> int:
    """How often a case was closed or reopened."""
    return connection.execute(select(func.coalesce(func.max(Closure.number), 0)).where(Closure.barcode == barcode)).scalar_one()


def closed_at(pool: Subquery) -> ColumnElement[datetime]:
    """When a reviewer closed the case of a pool; null where nobody did, or somebody reopened it, or was registered in the pool since."""
    last = (
        select(Closure.outcome, Closure.answered_for, Closure.at).where(Closure.barcode == pool.c.barcode).order_by(Closure.number.desc())
    )
    word = last.limit(1).correlate(pool).subquery("word")
    # An aliquot pool has no people of its own: its tubes are known before it is tested.
    later = exists().where(
        TubeMember.barcode == pool.c.barcode, TubeMember.day == pool.c.collected_on, TubeMember.person_id != all_(word.c.answered_for)
    )
    stands = select(word.c.at).where(word.c.outcome != "reopened", ~later.correlate(pool, word))
    return stands.correlate(pool).scalar_subquery()


def unchanged_since(connection: Connection) -> str:
    """A word that stays the same as long as nothing at all was committed: a page made under it is still true.

    The snapshot itself: a sequence would run ahead of transactions that have not committed yet, and a page could miss them.
    """
    return str(connection.execute(select(cast(func.pg_current_snapshot(), Text))).scalar_one())


def lock_case(connection: Connection, barcode: str) -> None:
    """Let nobody else decide on this case until we commit."""
    connection.execute(select(Tube.barcode).where(Tube.barcode == barcode).with_for_update())
