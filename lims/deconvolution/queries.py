"""Reading what cases follow from. A fixed number of statements for any number of tubes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Subquery,
    Text,
    all_,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import LateralFromClause

from lims.custody.tables import Tube, TubeMember
from lims.deconvolution.over import queries as over
from lims.deconvolution.rules import CaseState, ClosureNote, Outcome
from lims.deconvolution.tables import Closure
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

# Made once: an alias costs more than the rest of the statement it is used in.
ANSWERING = (aliased(Tube), aliased(Tube), aliased(TubeMember), aliased(TubeMember))


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
    """Pools with a call that is not negative from a run in control, oldest first, with the first such call."""
    pool = pools_in_order(among, after, worth_a_look(connection, among))
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
    if among.states is not None:
        query = query.where(may_be_in(among.states, pool, doubted))
    if among.not_over_by is not None:
        query = query.where(~over_by(among.not_over_by, pool, doubted))
    return connection.execute(query).all()


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


def may_be_in(states: frozenset[CaseState], pool: Subquery, doubted: ColumnElement[bool]) -> ColumnElement[bool]:
    """What the rows tell of a case's state: who passes may still be in another, who does not is in none of these.

    Old cases that are over are left out here, so that a page of the board costs what it shows. The rules have the last word.
    """
    withdrawn = and_(pool.c.released_call == "negative", ~doubted)
    firm = or_(pool.c.released_call != "negative", pool.c.rejected_at.is_not(None))
    seen = answered(pool)
    all_settled = and_(firm, seen.c.members > 0, seen.c.settled == seen.c.members)
    told = case(
        (or_(withdrawn, closed(pool)), CaseState.CLOSED.value),
        (seen.c.tangled, None),
        (and_(all_settled, seen.c.positive), CaseState.CLOSED.value),
        (all_settled, CaseState.SETTLED.value),
        (seen.c.under_way, CaseState.RECOLLECTING.value),
        else_=CaseState.OPEN.value,
    )
    return func.coalesce(told.in_([state.value for state in states]), True)


def over_by(moment: datetime, pool: Subquery, doubted: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the rows tell that a case was over before a moment and is so still, in the order of the rules (`stand_case`)."""
    firm = or_(pool.c.released_call != "negative", pool.c.rejected_at.is_not(None))
    seen = answered(pool)
    confirmed = and_(~seen.c.tangled, firm, seen.c.members > 0, seen.c.settled == seen.c.members, seen.c.positive)
    told = case(
        (and_(pool.c.released_call == "negative", ~doubted), pool.c.released_at < moment),
        (closed(pool), closed(pool, before=moment)),
        (confirmed, func.greatest(seen.c.last_at, pool.c.released_at) < moment),
        else_=false(),
    )
    return func.coalesce(told, false())


def answered(pool: Subquery) -> LateralFromClause:
    """What the single tubes of a pool's members say together; `last_at`: since when the last of their results stands.

    `tangled` where that takes the rules: somebody's result was unclear, or a tube answers one that answers the pool.
    """
    one, deeper, whose, own = ANSWERING
    mixed = func.coalesce(pool.c.kind == "aliquot_pool", False)
    # Of a swab pool: a single tube of somebody who is in it. Of an aliquot pool: a tube that went into it.
    member = case((mixed, one.barcode), (one.field_state != "void", cast(own.person_id, Text)))
    clear = one.released_call.in_(["negative", "positive"])
    in_tube = select(func.count()).where(TubeMember.barcode == pool.c.barcode, TubeMember.day == pool.c.collected_on)
    return (
        select(
            case((mixed, func.count()), else_=in_tube.correlate(pool).scalar_subquery()).label("members"),
            func.count(member.distinct()).filter(clear).label("settled"),
            some(and_(member.is_not(None), one.released_call == "positive")).label("positive"),
            func.max(func.coalesce(one.amended_at, one.released_at)).label("last_at"),
            some(and_(member.is_not(None), or_(one.released_call.is_not(None), one.rejected_at.is_(None)))).label("under_way"),
            some(or_(exists().where(deeper.retest_of == one.barcode), and_(member.is_not(None), ~clear))).label("tangled"),
        )
        .select_from(one)
        .outerjoin(whose, and_(whose.barcode == one.barcode, whose.day == one.collected_on, one.kind == "single"))
        .outerjoin(own, and_(own.barcode == pool.c.barcode, own.day == pool.c.collected_on, own.person_id == whose.person_id))
        .where(or_(and_(~mixed, one.kind == "single", one.retest_of == pool.c.barcode), and_(mixed, one.pool == pool.c.barcode)))
        .lateral()
    )


def some(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether it holds for any row; for none of no rows."""
    return func.coalesce(func.bool_or(condition), False)


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


def closed(pool: Subquery, before: datetime | None = None) -> ColumnElement[bool]:
    """Whether a reviewer has closed the case of a pool, nobody has reopened it since, and nobody was registered in the pool since."""
    last = (
        select(Closure.outcome, Closure.answered_for, Closure.at).where(Closure.barcode == pool.c.barcode).order_by(Closure.number.desc())
    )
    word = last.limit(1).correlate(pool).subquery("word")
    # An aliquot pool has no people of its own: its tubes are known before it is tested.
    later = exists().where(
        TubeMember.barcode == pool.c.barcode, TubeMember.day == pool.c.collected_on, TubeMember.person_id != all_(word.c.answered_for)
    )
    stands = select(word.c.outcome).where(word.c.outcome != "reopened", ~later.correlate(pool, word))
    return exists((stands if before is None else stands.where(word.c.at < before)).correlate(pool))


def unchanged_since(connection: Connection) -> str:
    """A word that stays the same as long as nothing at all was committed: a page made under it is still true.

    The snapshot itself: a sequence would run ahead of transactions that have not committed yet, and a page could miss them.
    """
    return str(connection.execute(select(cast(func.pg_current_snapshot(), Text))).scalar_one())


def lock_case(connection: Connection, barcode: str) -> None:
    """Let nobody else decide on this case until we commit."""
    connection.execute(select(Tube.barcode).where(Tube.barcode == barcode).with_for_update())
