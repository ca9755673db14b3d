"""Reading what waits in a lab."""

from collections.abc import Collection, Sequence

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Numeric,
    Subquery,
    TableValuedAlias,
    Text,
    and_,
    cast,
    column,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from lims.catalog.tables import SiteRow
from lims.custody.rules import Kind
from lims.custody.tables import Tube
from lims.kernel.db import AnyRow
from lims.kernel.locking import locked
from lims.testing.layout.rules import HOUR, LimitedClass

LAB_LOCKS = 7_301_004
MOST_AGAIN = 100
# What cases wait for: recollections, sub-pools, members of pools.
FOR_A_CASE = or_(Tube.retest_of.is_not(None), Tube.pool.is_not(None), Tube.mixed_for.is_not(None))
IN_TURN = (Tube.retest_of.is_(None), Tube.pool.is_(None), Tube.mixed_for.is_(None))
# Written out, as are the predicates of the indexes: what comes as a parameter is not known when a statement is planned for good.
EMPTY = literal_column("''", Text)
WAITING = Tube.bench_state == literal_column("'waiting'")
# What the urgency of a tube depends on (`rules.most_urgent_first`); its site is joined from outside.
OWN = (
    Tube.barcode, Tube.received_at, Tube.site, Tube.kind, Tube.retest_of.is_not(None).label("recollection"), FOR_A_CASE.label("for_a_case"),
)  # fmt: skip
URGENCY = (*OWN, func.coalesce(SiteRow.priority, 5).label("priority"))
TAKEN = (*OWN, Tube.batch)


def lock_lab(connection: Connection, lab: str) -> None:
    """One layout at a time in a lab: two technicians who fill plates at once must not take the same tubes."""
    connection.execute(select(func.pg_advisory_xact_lock(LAB_LOCKS, func.hashtext(lab))))


def foremost(
    connection: Connection,
    lab: str,
    pool_max: int,
    limit: int,
    classes: Sequence[LimitedClass],
    *,
    independent: Collection[str] = (),
    extracted: bool = False,
) -> Sequence[AnyRow]:
    """Of the tubes that wait in a lab the most urgent `limit` (as `rules.most_urgent_first` has it), with their batch, in any order.

    `extracted`: those whose eluate lies in an extraction batch, otherwise those that lie in none. `independent` are the assays whose
    positives may be verified by the one that is wanted.
    """
    fitting = (
        Tube.lab == lab,
        WAITING,
        func.coalesce(Tube.pool_size, 1) <= pool_max,
        Tube.batch.is_not(None) if extracted else Tube.batch.is_(None),
        fits(independent),
    )
    waiting = candidates(fitting, limit).c
    limited = as_table(classes)
    same = (limited.c.kind == func.coalesce(waiting.kind, ""), limited.c.site == func.coalesce(waiting.site, ""))
    hour = func.floor(func.extract("epoch", waiting.received_at) / HOUR + func.coalesce(limited.c.hours, 0))
    priority = func.coalesce(SiteRow.priority, 5).label("priority")
    query = (
        select(*waiting, priority)
        .outerjoin(SiteRow, SiteRow.code == waiting.site)
        .outerjoin(limited, and_(*same, limited.c.recollection == waiting.recollection))
        .order_by(waiting.for_a_case.desc(), limited.c.hours.is_(None), hour, priority, waiting.received_at, waiting.barcode)
        .limit(limit)
    )
    return connection.execute(query).all()


def candidates(fitting: Sequence[ColumnElement[bool]], limit: int) -> Subquery:
    """Of the tubes that fit all that can be among the first `limit`: what cases wait for, and of each site's kinds the oldest.

    Of one kind from one site the oldest come first, whatever the limits and priorities; so the queue is never read as a whole.
    """
    place = union_all(select(SiteRow.code.label("site")), select(EMPTY.label("site"))).subquery("place")
    kind = func.unnest(cast(["", *Kind], ARRAY(Text))).table_valued(column("kind", Text)).render_derived(name="kind")
    alike = (func.coalesce(Tube.site, EMPTY) == place.c.site, func.coalesce(Tube.kind, EMPTY) == kind.c.kind)
    oldest = select(*TAKEN).where(*fitting, *IN_TURN, *alike).order_by(Tube.received_at, Tube.barcode).limit(limit).lateral("oldest")
    in_turn = select(oldest).select_from(place.join(kind, true()).join(oldest, true()))
    return union_all(in_turn, select(*TAKEN).where(*fitting, FOR_A_CASE)).subquery("waiting")


def as_table(classes: Sequence[LimitedClass]) -> TableValuedAlias:
    """Classes with their limits, to be joined."""
    types = (("kind", Text), ("site", Text), ("recollection", Boolean), ("hours", Numeric))
    columns = [cast([getattr(each, name) for each in classes], ARRAY(kind)) for name, kind in types]
    return func.unnest(*columns).table_valued(*(column(name, kind) for name, kind in types)).render_derived(name="limited")


def fits(independent: Collection[str]) -> ColumnElement[bool]:
    """Tubes that are not to be verified, or were called by one of these assays."""
    return or_(Tube.repeat_reason.is_distinct_from("verification"), Tube.repeat_assay.in_(independent))


def tubes_for_update(connection: Connection, codes: Collection[str]) -> dict[str, AnyRow]:
    """Tubes by barcode, locked in the order of their barcodes."""
    query = select(
        Tube.barcode, Tube.lab, Tube.bench_state, Tube.plate, Tube.kind, Tube.pool_size, Tube.pool, Tube.collected_on,
        Tube.batch, Tube.run, Tube.repeat_reason, Tube.repeat_assay, Tube.discarded_at,
    )  # fmt: skip
    return {row.barcode: row for row in locked(connection, query.where(Tube.barcode.in_(codes)).order_by(Tube.barcode))}


def waiting_by_size(connection: Connection, lab: str) -> Sequence[AnyRow]:
    """What waits in a lab, by pool size (null where nobody has registered it): tubes, recollections and eluates among them, since when."""
    query = (
        select(
            Tube.pool_size,
            func.count().label("tubes"),
            func.count(Tube.retest_of).label("recollections"),
            func.count(Tube.batch).label("extracted"),
            func.min(Tube.received_at).label("oldest"),
        )
        .where(Tube.lab == lab, Tube.bench_state == "waiting")
        .group_by(Tube.pool_size)
        .order_by(Tube.pool_size)
    )
    return connection.execute(query).all()


def waiting_again(connection: Connection, lab: str) -> Sequence[AnyRow]:
    """Tubes that wait once more, with the reason and the assay that called them last, the oldest first."""
    query = select(Tube.barcode, Tube.batch, Tube.repeat_reason, Tube.repeat_assay, Tube.received_at)
    query = query.where(Tube.lab == lab, Tube.bench_state == "waiting", Tube.repeat_reason.is_not(None))
    return connection.execute(query.order_by(Tube.received_at, Tube.barcode).limit(MOST_AGAIN)).all()


def waiting_in_batches(connection: Connection, lab: str) -> dict[str, int]:
    """How many eluates of each extraction batch of a lab wait for a plate."""
    query = select(Tube.batch, func.count()).where(Tube.lab == lab, Tube.bench_state == "waiting", Tube.batch.is_not(None))
    return {str(row[0]): row[1] for row in connection.execute(query.group_by(Tube.batch))}


def still_in(connection: Connection, batches: Collection[str]) -> dict[str, AnyRow]:
    """The tubes whose eluates lie in these extraction batches, by barcode."""
    query = select(Tube.barcode, Tube.batch, Tube.bench_state, Tube.plate, Tube.well, Tube.pool_size, Tube.repeat_reason, Tube.repeat_assay)
    return {row.barcode: row for row in connection.execute(query.where(Tube.batch.in_(batches)).order_by(Tube.barcode))}
