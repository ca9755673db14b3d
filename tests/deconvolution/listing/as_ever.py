"""How the list of cases was asked for at first: of each case in its turn what its single tubes say, beside it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Subquery, Text, all_, and_, case, cast, exists, false, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import LateralFromClause

from lims.custody.tables import Tube, TubeMember
from lims.deconvolution.queries import Among, pools_in_order, worth_a_look
from lims.deconvolution.rules import CaseState
from lims.deconvolution.tables import Closure
from lims.kernel.db import AnyRow
from lims.testing.instruments.tables import Run
from lims.testing.interpretation.tables import CallRow
from lims.testing.review.tables import Release

ANSWERING = (aliased(Tube), aliased(Tube), aliased(TubeMember), aliased(TubeMember))


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
