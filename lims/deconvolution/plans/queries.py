"""Reading which schemes were chosen, and the tubes from which it follows how far they have come."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, and_, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from lims.custody.rules import BenchState, Call
from lims.custody.tables import Tube
from lims.deconvolution.plans.rules import MemberTube, SubPool
from lims.deconvolution.plans.tables import Plan
from lims.kernel.db import AnyRow
from lims.kernel.locking import locked
from lims.testing.extraction.queries import why_failed
from lims.testing.instruments.tables import Run
from lims.testing.interpretation.tables import CallRow
from lims.testing.review.tables import Release
from lims.testing.storage.tables import Rack, StoredTube

LYING = (StoredTube.rack, StoredTube.position, Rack.place)


def lock(connection: Connection, pools: Collection[str]) -> None:
    """Let nobody else go on with these cases until we commit: first their pools, then the members that are kept or wait.

    Not the members on plates: whoever reviews one of those plates holds some of them, and would wait for us while we wait for him.
    """
    locked(connection, select(Tube.barcode).where(Tube.barcode.in_(pools)).order_by(Tube.barcode))
    kept = select(Tube.barcode).where(Tube.pool.in_(pools), Tube.bench_state.in_(["pooled", "waiting"]))
    locked(connection, kept.order_by(Tube.barcode))


def plans_of(connection: Connection, pools: Collection[str]) -> dict[str, AnyRow]:
    """The scheme in force of each of these cases that has one."""
    last = select(Plan.__table__).ext(distinct_on(Plan.barcode)).where(Plan.pools.overlap(list(pools)))
    found = connection.execute(last.order_by(Plan.barcode, Plan.number.desc())).all()
    return {pool: row for row in found for pool in row.pools if pool in pools}


def choices(connection: Connection, case: str) -> Sequence[AnyRow]:
    """Every choice of a scheme for a case, the last first."""
    query = select(Plan.__table__).where(Plan.pools.contains([case]))
    return connection.execute(query.order_by(Plan.at.desc(), Plan.number.desc())).all()


def kept_tubes(connection: Connection, codes: Collection[str]) -> dict[str, AnyRow]:
    """Members' tubes: how each stands, whose call it was released with, and where it lies."""
    query = (
        select(
            Tube.barcode, Tube.pool, Tube.lab, Tube.bench_state, Tube.released_call, Tube.repeat_reason, Tube.batch,
            CallRow.pooled_in, *LYING,
        )
        .outerjoin(Release, and_(Release.barcode == Tube.barcode, Release.standing.is_(True)))
        .outerjoin(CallRow, and_(CallRow.barcode == Release.barcode, CallRow.run == Release.run))
        .outerjoin(StoredTube, StoredTube.barcode == Tube.barcode)
        .outerjoin(Rack, Rack.barcode == StoredTube.rack)
    )  # fmt: skip
    return {row.barcode: row for row in connection.execute(query.where(Tube.barcode.in_(codes)))}


def mixed_for(connection: Connection, cases: Collection[str]) -> dict[str, list[AnyRow]]:
    """What was mixed for these cases, by case, first made first; with the release it has, where it has one."""
    query = (
        select(
            Tube.barcode, Tube.mixed_for, Tube.mixed_of, Tube.bench_state, Tube.released_call, Tube.plate, Tube.batch, Tube.received_at,
            Release.run, Release.review, Release.released_by,
        )
        .outerjoin(Release, and_(Release.barcode == Tube.barcode, Release.standing.is_(True)))
        .where(Tube.mixed_for.in_(cases))
    )  # fmt: skip
    found: dict[str, list[AnyRow]] = defaultdict(list)
    for row in connection.execute(query.order_by(Tube.received_at, Tube.barcode)):
        found[row.mixed_for].append(row)
    return found


def members_of(connection: Connection, pools: Collection[str]) -> dict[str, list[str]]:
    """The tubes of these pools, by pool, as they follow each other."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(select(Tube.pool, Tube.barcode).where(Tube.pool.in_(pools)).order_by(Tube.pool, Tube.barcode)):
        found[row.pool].append(row.barcode)
    return found


def touched(connection: Connection, released: Collection[str]) -> set[str]:
    """The cases for which it matters that these tubes are released: as their pool, as something mixed for them, or as a member."""
    query = select(func.coalesce(Tube.mixed_for, Tube.pool, Tube.barcode)).where(Tube.barcode.in_(released))
    matters = or_(Tube.mixed_for.is_not(None), Tube.pool.is_not(None), and_(Tube.kind == "aliquot_pool", Tube.released_call != "negative"))
    return set(connection.execute(query.where(matters)).scalars())


def unsound(connection: Connection, mixed: Collection[AnyRow]) -> set[str]:
    """Of these mixes those whose evidence cannot be lent any more: the plate was run again, the extraction batch is invalid."""
    read, later = aliased(Run), aliased(Run)
    newer = tuple_(later.imported_at, later.id) > tuple_(read.imported_at, read.id)
    query = (
        select(Release.barcode)
        .join(Run, Run.id == Release.run)
        .join(read, read.id == func.coalesce(Run.rejudges, Run.id))
        .join(later, and_(later.plate == read.plate, later.controls_passed, later.rejudges.is_(None), newer))
        .where(Release.barcode.in_([row.barcode for row in mixed]), Release.standing.is_(True))
    )
    failed = why_failed(connection, {row.batch for row in mixed if row.batch})
    return set(connection.execute(query).scalars()) | {row.barcode for row in mixed if row.batch in failed}


def called_in(connection: Connection, codes: Collection[str], runs: Collection[object]) -> set[tuple[str, object]]:
    """Of these tubes and runs, which called which: such a call cannot be lent."""
    query = select(CallRow.barcode, CallRow.run).where(CallRow.barcode.in_(codes), CallRow.run.in_(runs))
    return {(row.barcode, row.run) for row in connection.execute(query)}


def called_by(connection: Connection, barcode: str) -> AnyRow | None:
    """The last call that made a tube reactive, with the assay; and how many it holds."""
    query = select(CallRow.assay, CallRow.assay_version, Tube.pool_size, Tube.member_count, Tube.discarded_at)
    query = query.join(Tube, Tube.barcode == CallRow.barcode).where(CallRow.barcode == barcode, CallRow.controls_passed)
    query = query.join(Run, Run.id == CallRow.run).where(CallRow.call != "negative", CallRow.pooled_in.is_(None))
    return connection.execute(query.order_by(Run.imported_at.desc()).limit(1)).one_or_none()


def at_work(connection: Connection, lab: str | None) -> Sequence[str]:
    """Aliquot pools that are not negative and of which kept tubes wait for their scheme, oldest first."""
    pool = Tube.__table__.alias("pool")
    kept = select(Tube.pool).where(Tube.bench_state.in_(["pooled", "waiting", "plated", "called"]), Tube.pool.is_not(None))
    query = select(pool.c.barcode).where(pool.c.kind == "aliquot_pool", pool.c.released_call != "negative", pool.c.barcode.in_(kept))
    query = query.where(pool.c.lab == lab) if lab is not None else query
    return connection.execute(query.order_by(pool.c.released_at, pool.c.barcode).limit(200)).scalars().all()


def member(row: AnyRow) -> MemberTube:
    """A member's tube as the rules see it."""
    call = Call(row.released_call) if row.released_call else None
    lent = row.pooled_in is not None
    return MemberTube(row.barcode, BenchState(row.bench_state), None if lent else call, lent)


def sub_pool(row: AnyRow) -> SubPool:
    """A sub-pool as the rules see it."""
    return SubPool(
        row.barcode, frozenset(row.mixed_of), BenchState(row.bench_state), Call(row.released_call) if row.released_call else None
    )


def verifies(row: AnyRow) -> bool:
    """Whether a mix is the case's own liquid once more, rather than a sub-pool of its members."""
    return list(row.mixed_of) == [row.mixed_for]
